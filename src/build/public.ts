// Builds what the public sees besides the web server: the zone, its certificates, the buckets and the CDN.
import { SpacesCdn } from "../../components/cdn/spaces-cdn.ts";
import { ManagedCertificate } from "../../components/dns/certificate.ts";
import { edgeDomains } from "../../components/dns/records.ts";
import { Zone } from "../../components/dns/zone.ts";
import { BucketKey } from "../../components/storage/bucket-key.ts";
import { VersionedBucket } from "../../components/storage/versioned-bucket.ts";
import type { BucketPurpose } from "../../components/storage/settings.ts";
import type { Context } from "./context.ts";

export type Zoned = ReturnType<typeof buildZone>;

/** The zone and the certificates that need it. */
export function buildZone({ settings, inMainAccount, zone: zoneName }: Context) {
  const { name: prefix, domains, protect } = settings;
  const zone = new Zone("dns", { zone: zoneName, protect }, inMainAccount);
  const certificate = (use: string, hosts: readonly string[]): ManagedCertificate =>
    new ManagedCertificate(
      `certificate-${use}`,
      { prefix: `${prefix}-${use}`, domains: hosts },
      { ...inMainAccount, dependsOn: zone },
    );
  return {
    zone,
    edge: certificate("edge", edgeDomains(domains)),
    media: certificate("media", [domains.media]),
    docs: certificate("docs", [domains.docs]),
  };
}

export type Storage = ReturnType<typeof buildStorage>;

/** One bucket and one key for each purpose. */
export function buildStorage({ settings, buckets, inMainAccount }: Context) {
  const { name: prefix, storage, domains, protect } = settings;
  const stored = (purpose: BucketPurpose, isPublic: boolean) => {
    const { region, keepDays } = storage[purpose];
    const origins = isPublic ? [`https://${domains.web}`] : [];
    const bucket = new VersionedBucket(
      purpose,
      { bucket: buckets[purpose], region, keepDays, origins, probe: isPublic, protect },
      inMainAccount,
    );
    const key = new BucketKey(
      `${purpose}-access`,
      { keyName: `${prefix}-${purpose}`, bucket: bucket.bucket, permission: "readwrite" },
      inMainAccount,
    );
    return { bucket, key };
  };
  return { media: stored("media", true), docs: stored("docs", true), backups: stored("backups", false) };
}

/** The CDN in front of the public buckets. */
export function buildCdn({ settings, inMainAccount }: Context, zoned: Zoned, storage: Storage) {
  const { cdn, domains } = settings;
  const front = (use: "media" | "docs", ttl: number): SpacesCdn =>
    new SpacesCdn(
      `cdn-${use}`,
      {
        origin: storage[use].bucket.domain,
        domain: domains[use],
        certificateName: zoned[use].certificateName,
        ttl,
      },
      inMainAccount,
    );
  return { media: front("media", cdn.mediaTtl), docs: front("docs", cdn.docsTtl) };
}

export type Cdns = ReturnType<typeof buildCdn>;
