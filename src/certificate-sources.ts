// Where the certificate of each host name comes from, as follows from who serves the zone and who the CDN is.
import { redirectedMediaHost } from "../components/cdn/media-move/hosts.ts";
import { certificateUses, type CertificateUse } from "../components/certificates/settings.ts";
import { edgeDomains } from "../components/dns/records.ts";
import type { Settings } from "./settings-schema.ts";

/** `cdn`: the CDN brings its own; `acme`: the cluster gets it and ends TLS. */
export type CertificateSource = "managed" | "uploaded" | "acme" | "cdn";

type SourceSettings = Pick<Settings, "dns" | "cdn" | "certificates">;

/** The source of a use. The cluster's certificate never reaches the CDN, so beside it Spaces' CDN takes one of the other two. */
export function certificateSource(use: CertificateUse, { dns, cdn, certificates }: SourceSettings): CertificateSource {
  if (use === "edge") return certificates.kind;
  if (cdn.kind === "cloudfront") return "cdn";
  if (certificates.kind !== "acme") return certificates.kind;
  return dns.kind === "digitalocean" ? "managed" : "uploaded";
}

/** The uses with that source. */
export function usesWith(source: CertificateSource, settings: SourceSettings): CertificateUse[] {
  return certificateUses.filter((use) => certificateSource(use, settings) === source);
}

/** The host names that a use's certificate must cover. */
export function certificateHosts(use: CertificateUse, settings: Pick<Settings, "domains" | "cdn">): string[] {
  const { domains } = settings;
  if (use !== "edge") return [domains[use]];
  const moved = redirectedMediaHost(settings);
  return moved === undefined ? edgeDomains(domains) : [...edgeDomains(domains), moved];
}
