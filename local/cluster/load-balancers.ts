// What DigitalOcean's cloud controller manager does for Services of type LoadBalancer: addresses that stay.
import { createHash } from "node:crypto";
import type { KubeService } from "./objects.ts";
import { addressAfter } from "./subnets.ts";

const hostnameAnnotation = "service.beta.kubernetes.io/do-loadbalancer-hostname";
const typeAnnotation = "service.beta.kubernetes.io/do-loadbalancer-type";
const stackAnnotation = "service.beta.kubernetes.io/do-loadbalancer-network-stack";
/** Written by the real controller as well. */
const idAnnotation = "kubernetes.digitalocean.com/load-balancer-id";
/** The address behind a Service whose status shows a host name instead. */
const addressAnnotation = "local.mastodon/load-balancer-address";

/** TEST-NET-3 (RFC 5737) and its like for IPv6 (RFC 3849): addresses for documentation, which route nowhere. */
const firstAddress = "203.0.113.1";
const ipv6Prefix = "2001:db8:113::";
const addressCount = 254;

export interface LoadBalancerChange {
  readonly service: KubeService;
  readonly annotations: Readonly<Record<string, string | null>>;
  readonly ingress: readonly { readonly ip?: string; readonly hostname?: string }[];
}

/**
 * The Services whose load balancer is to be made, changed or taken away.
 * @param cluster its name: clusters do not know each other, and two of them must not have one address. Left out, addresses begin with the first
 */
export function loadBalancerChanges(services: readonly KubeService[], cluster?: string): LoadBalancerChange[] {
  const taken = new Set(services.map(addressOf).filter((address) => address !== undefined));
  const changes: LoadBalancerChange[] = [];
  for (const service of services) {
    const change = isOurs(service) ? balance(service, taken, cluster) : dismantle(service);
    if (change) changes.push(change);
  }
  return changes;
}

function isOurs({ metadata, spec }: KubeService): boolean {
  // A class names another controller, for example Tailscale's operator.
  return spec.type === "LoadBalancer" && !spec.loadBalancerClass && !metadata.deletionTimestamp;
}

function balance(service: KubeService, taken: Set<string>, cluster?: string): LoadBalancerChange | undefined {
  const address = addressOf(service) ?? freeAddress(taken, cluster);
  if (address === undefined) return undefined; // the Service stays pending, as when the account's quota is used up
  taken.add(address);
  const hostname = service.metadata.annotations?.[hostnameAnnotation];
  const ips = hasIpv6(service) ? [address, ipv6Beside(address)] : [address];
  const ingress = hostname ? [{ hostname }] : ips.map((ip) => ({ ip }));
  if (addressOf(service) && isPresent(service, ingress)) return undefined;
  return {
    service,
    annotations: { [idAnnotation]: loadBalancerId(service), [addressAnnotation]: address },
    ingress,
  };
}

/**
 * A regional balancer has both kinds of address unless the Service wants one; one that passes packets on has both when all nodes have,
 * which those of our clusters have not (digitalocean-cloud-controller-manager annotations.md, Aug 2026).
 */
function hasIpv6({ metadata }: KubeService): boolean {
  const stack = metadata.annotations?.[stackAnnotation];
  return stack === "DUALSTACK" || (stack === undefined && metadata.annotations?.[typeAnnotation] === "REGIONAL");
}

/** The same last number as the IPv4 address, so that it needs no memory of its own. */
function ipv6Beside(address: string): string {
  return `${ipv6Prefix}${Number(address.split(".").at(-1)).toString(16)}`;
}

function isPresent({ status }: KubeService, ingress: readonly { readonly ip?: string; readonly hostname?: string }[]) {
  const present = status?.loadBalancer?.ingress ?? [];
  return (
    present.length === ingress.length &&
    ingress.every(({ ip, hostname }, index) => present[index]?.ip === ip && present[index]?.hostname === hostname)
  );
}

function dismantle(service: KubeService): LoadBalancerChange | undefined {
  if (!addressOf(service)) return undefined;
  return { service, annotations: { [idAnnotation]: null, [addressAnnotation]: null }, ingress: [] };
}

function addressOf({ metadata }: KubeService): string | undefined {
  return metadata.annotations?.[addressAnnotation];
}

function freeAddress(taken: ReadonlySet<string>, cluster?: string): string | undefined {
  const start = cluster === undefined ? 0 : createHash("sha256").update(cluster).digest().readUInt16BE();
  return Array.from({ length: addressCount }, (_, index) =>
    addressAfter(firstAddress, (start + index) % addressCount),
  ).find((one) => !taken.has(one));
}

/** The same Service gets the same identifier. */
function loadBalancerId({ metadata }: KubeService): string {
  const hex = createHash("sha256")
    .update(metadata.uid ?? metadata.name)
    .digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
