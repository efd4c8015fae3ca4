// The records of the server's zone, computed from its host names and their targets.
import type { Domains } from "./settings.ts";

/** One record; `Value` is a plain text in tests and an output in the program. */
export interface RecordPlan<Value> {
  /** Stable part of the logical name. */
  readonly key: string;
  readonly type: "A" | "AAAA" | "CAA" | "CNAME" | "MX" | "TXT";
  /** Relative to the zone; `@` is the zone itself. */
  readonly name: Value | string;
  readonly value: Value | string;
  /** MX only. */
  readonly priority?: number;
  /** CAA only. */
  readonly flags?: number;
  /** CAA only. */
  readonly tag?: "issue" | "issuewild" | "iodef";
}

export interface RecordTargets<Value> {
  /** Public address of the load balancer. */
  readonly loadBalancer: Value;
  /** CDN host names with a trailing dot. */
  readonly mediaCdn: Value;
  readonly assetsCdn: Value;
  readonly docsCdn: Value;
}

/** `www.social.example` in `social.example` → `www`; the zone itself → `@`. */
export function relativeName(host: string, zone: string): string {
  return host === zone ? "@" : host.slice(0, -(zone.length + 1));
}

/** The host names of the cluster's load balancer, each once. `local` is among them: it answers WebFinger. */
export function edgeDomains({ local, web, streaming }: Domains): string[] {
  return [...new Set([local, web, streaming])];
}

/** Records of the web server, streaming, media, documentation, and of who may issue certificates. */
export function serverRecords<Value>(
  domains: Domains,
  zone: string,
  targets: RecordTargets<Value>,
): RecordPlan<Value>[] {
  const keys = new Map([
    [domains.streaming, "streaming"],
    [domains.web, "web"],
    [domains.local, "local"],
  ]);
  const edge = edgeDomains(domains).map((host): RecordPlan<Value> => {
    return { key: keys.get(host) ?? host, type: "A", name: relativeName(host, zone), value: targets.loadBalancer };
  });
  return [
    ...edge,
    { key: "media", type: "CNAME", name: relativeName(domains.media, zone), value: targets.mediaCdn },
    { key: "assets", type: "CNAME", name: relativeName(domains.assets, zone), value: targets.assetsCdn },
    { key: "docs", type: "CNAME", name: relativeName(domains.docs, zone), value: targets.docsCdn },
    { key: "caa", type: "CAA", name: "@", value: "letsencrypt.org.", flags: 0, tag: "issue" },
  ];
}
