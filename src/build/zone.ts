// Builds the zone and the certificates that need it.
import { ManagedCertificate } from "../../components/dns/certificate.ts";
import { edgeDomains } from "../../components/dns/records.ts";
import { Zone } from "../../components/dns/zone.ts";
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
    assets: certificate("assets", [domains.assets]),
    docs: certificate("docs", [domains.docs]),
  };
}
