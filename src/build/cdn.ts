// Builds the CDN in front of the public buckets, of the kind that the settings choose.
import type * as pulumi from "@pulumi/pulumi";
import type { Cdn, CdnUse } from "../../components/cdn/cdn.ts";
import { AcmCertificate } from "../../components/cdn/cloudfront/certificate.ts";
import { CloudFrontCdn, cloudFrontRegion } from "../../components/cdn/cloudfront/cloudfront-cdn.ts";
import { servedMediaHosts } from "../../components/cdn/media-move/hosts.ts";
import { SpacesCdn } from "../../components/cdn/spaces-cdn.ts";
import { probeKey } from "../../components/storage/inputs.ts";
import { providerOf } from "../providers.ts";
import type { Context } from "./context.ts";
import type { Storage } from "./storage.ts";
import type { Zoned } from "./zone.ts";

export type Cdns = Readonly<Record<CdnUse, Cdn>>;

/** One CDN for each public bucket. */
export function buildCdn(context: Context, zoned: Zoned, storage: Storage): Cdns {
  const { cdn } = context.settings;
  const front = (use: CdnUse, ttl: number): Cdn =>
    cdn.kind === "spaces"
      ? spacesCdn(context, zoned, storage, use, ttl)
      : cloudFrontCdn(context, zoned, storage, use, ttl);
  return {
    media: front("media", cdn.mediaTtl),
    assets: front("assets", cdn.assetsTtl),
    docs: front("docs", cdn.docsTtl),
  };
}

function spacesCdn(context: Context, zoned: Zoned, storage: Storage, use: CdnUse, ttl: number): Cdn {
  const { settings, inMainAccount } = context;
  return new SpacesCdn(
    `cdn-${use}`,
    {
      origin: storage[use].bucket.domain,
      domain: settings.domains[use],
      certificateName: zoned[use].certificateName,
      ttl,
    },
    inMainAccount,
  );
}

function cloudFrontCdn(context: Context, zoned: Zoned, storage: Storage, use: CdnUse, ttl: number): Cdn {
  const { settings, providers } = context;
  const { name: prefix, domains, cdn } = settings;
  const options = { providers: [providerOf(providers.aws, cloudFrontRegion)] };
  const [host, ...others] = use === "media" ? servedMediaHosts(settings) : [domains[use]];
  const hosts: [string, ...string[]] = [host, ...others];
  return new CloudFrontCdn(
    `cdn-${use}`,
    {
      prefix,
      use,
      origin: storage[use].bucket.domain,
      domains: hosts,
      certificateArn: cdn.cloudfront.certificateArn ?? issuedCertificate(context, zoned, use, hosts, options),
      ttl,
      priceClass: cdn.cloudfront.priceClass,
      // The object that uptime checks read is in every public bucket.
      rootObject: use === "docs" ? "index.html" : probeKey,
    },
    options,
  );
}

/** Requests a certificate, puts its proofs into the zone and waits until it is issued. */
function issuedCertificate(
  context: Context,
  zoned: Zoned,
  use: CdnUse,
  domains: readonly string[],
  options: pulumi.ComponentResourceOptions,
): pulumi.Output<string> {
  const certificate = new AcmCertificate(`cdn-${use}-certificate`, { domains, zone: context.zone }, options);
  const proofs = zoned.zone.place(`cdn-${use}-proofs`, certificate.records);
  return certificate.validated([...proofs, ...zoned.zone.dependencies]);
}
