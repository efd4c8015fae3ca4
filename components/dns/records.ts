// The records of the server's zone, computed from its host names and their targets.
import type { Domains } from "./settings.ts";

/** One record in zone-file notation; `Value` is a plain text in tests and an output in the program. */
export interface RecordPlan<Value> {
  /** Stable part of the logical name. */
  readonly key: string;
  /** The key under which an existing record was made. */
  readonly formerly?: string | undefined;
  readonly type: "A" | "AAAA" | "CAA" | "CNAME" | "MX" | "NS" | "SRV" | "TXT";
  /** Relative to the zone; `@` is the zone itself; with a trailing dot it is a whole name. */
  readonly name: Value | string;
  /** Host names among the values end in a dot; a text is neither quoted nor split. */
  readonly value: Value | string;
  /** Seconds; left out where the zone's default holds. */
  readonly ttl?: number | undefined;
  /** MX and SRV only. */
  readonly priority?: number | undefined;
  /** SRV only. */
  readonly weight?: number | undefined;
  /** SRV only. */
  readonly port?: number | undefined;
  /** CAA only. */
  readonly flags?: number | undefined;
  /** CAA only. */
  readonly tag?: "issue" | "issuewild" | "iodef" | undefined;
}

export interface RecordTargets<Value> {
  /** Public IPv4 address of the load balancer. */
  readonly loadBalancer: Value;
  /**
   * Public IPv6 address of the load balancer.
   * @default - no AAAA records
   */
  readonly loadBalancerIpv6?: Value | undefined;
  /** CDN host names with a trailing dot. */
  readonly mediaCdn: Value;
  readonly assetsCdn: Value;
  readonly docsCdn: Value;
}

/** `www.social.example` in `social.example` → `www`; the zone itself → `@`; a host elsewhere → the whole name with a trailing dot. */
export function relativeName(host: string, zone: string): string {
  if (host === zone) return "@";
  return host.endsWith(`.${zone}`) ? host.slice(0, -(zone.length + 1)) : `${host}.`;
}

/** The whole name without a trailing dot: `www` in `social.example` → `www.social.example`. */
export function absoluteName(name: string, zone: string): string {
  if (name === "@") return zone;
  return name.endsWith(".") ? name.slice(0, -1) : `${name}.${zone}`;
}

/** The host names of the cluster's load balancer, each once. `local` is among them: it answers WebFinger. */
export function edgeDomains({ local, web, streaming }: Domains): string[] {
  return [...new Set([local, web, streaming])];
}

/** Records of the web server, streaming, scripts and documentation. Those of the media know of its moves (components/cdn/media-move). */
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
  const edge = edgeDomains(domains).flatMap((host): RecordPlan<Value>[] => {
    const [key, name] = [keys.get(host) ?? host, relativeName(host, zone)];
    return [
      { key, type: "A", name, value: targets.loadBalancer },
      ...(targets.loadBalancerIpv6 === undefined
        ? []
        : [{ key: `${key}-ipv6`, type: "AAAA" as const, name, value: targets.loadBalancerIpv6 }]),
    ];
  });
  return [
    ...edge,
    { key: "assets", type: "CNAME", name: relativeName(domains.assets, zone), value: targets.assetsCdn },
    { key: "docs", type: "CNAME", name: relativeName(domains.docs, zone), value: targets.docsCdn },
  ];
}
