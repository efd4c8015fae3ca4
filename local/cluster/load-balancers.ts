// What DigitalOcean's cloud controller manager does for Services of type LoadBalancer: an address that stays.
import { createHash } from "node:crypto";
import type { KubeService } from "./objects.ts";
import { addressAfter } from "./subnets.ts";

const hostnameAnnotation = "service.beta.kubernetes.io/do-loadbalancer-hostname";
/** Written by the real controller as well. */
const idAnnotation = "kubernetes.digitalocean.com/load-balancer-id";
/** The address behind a Service whose status shows a host name instead. */
const addressAnnotation = "local.mastodon/load-balancer-address";

/** TEST-NET-3 (RFC 5737): addresses for documentation, which route nowhere. */
const firstAddress = "203.0.113.1";
const addressCount = 254;

export interface LoadBalancerChange {
  readonly service: KubeService;
  readonly annotations: Readonly<Record<string, string | null>>;
  readonly ingress: readonly { readonly ip?: string; readonly hostname?: string }[];
}

/** The Services whose load balancer is to be made, changed or taken away. */
export function loadBalancerChanges(services: readonly KubeService[]): LoadBalancerChange[] {
  const taken = new Set(services.map(addressOf).filter((address) => address !== undefined));
  const changes: LoadBalancerChange[] = [];
  for (const service of services) {
    const change = isOurs(service) ? balance(service, taken) : dismantle(service);
    if (change) changes.push(change);
  }
  return changes;
}

function isOurs({ metadata, spec }: KubeService): boolean {
  // A class names another controller, for example Tailscale's operator.
  return spec.type === "LoadBalancer" && !spec.loadBalancerClass && !metadata.deletionTimestamp;
}

function balance(service: KubeService, taken: Set<string>): LoadBalancerChange | undefined {
  const address = addressOf(service) ?? freeAddress(taken);
  if (address === undefined) return undefined; // the Service stays pending, as when the account's quota is used up
  taken.add(address);
  const hostname = service.metadata.annotations?.[hostnameAnnotation];
  const ingress = hostname ? { hostname } : { ip: address };
  const [present] = service.status?.loadBalancer?.ingress ?? [];
  if (addressOf(service) && present?.ip === ingress.ip && present?.hostname === ingress.hostname) return undefined;
  return {
    service,
    annotations: { [idAnnotation]: loadBalancerId(service), [addressAnnotation]: address },
    ingress: [ingress],
  };
}

function dismantle(service: KubeService): LoadBalancerChange | undefined {
  if (!addressOf(service)) return undefined;
  return { service, annotations: { [idAnnotation]: null, [addressAnnotation]: null }, ingress: [] };
}

function addressOf({ metadata }: KubeService): string | undefined {
  return metadata.annotations?.[addressAnnotation];
}

function freeAddress(taken: ReadonlySet<string>): string | undefined {
  return Array.from({ length: addressCount }, (_, index) => addressAfter(firstAddress, index)).find(
    (one) => !taken.has(one),
  );
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
