// The public addresses of a load balancer, as a Service's status tells them.
import { isIPv4, isIPv6 } from "node:net";
import * as pulumi from "@pulumi/pulumi";

export interface LoadBalancerAddresses {
  /** IPv4. */
  readonly address: string;
  readonly ipv6: string | undefined;
}

/**
 * Both addresses stand in the list since the controller's release 0.1.58 (its CHANGELOG, Jan 2025), in no promised order.
 * @throws pulumi.RunError when there is no IPv4 address
 */
export function loadBalancerAddresses(ingress: readonly { readonly ip?: string }[]): LoadBalancerAddresses {
  const addresses = ingress.flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
  const address = addresses.find((one) => isIPv4(one));
  if (address === undefined)
    throw new pulumi.RunError(
      "the Service mastodon/edge got no address; look at its events with kubectl describe, and run `pulumi refresh` once it has one",
    );
  return { address, ipv6: addresses.find((one) => isIPv6(one)) };
}

/** @throws pulumi.RunError with the way out: the records are decided by the settings, before anybody knows the addresses. */
export function requireIpv6({ address, ipv6 }: LoadBalancerAddresses): string {
  if (ipv6 !== undefined) return ipv6;
  throw new pulumi.RunError(
    `mastodon:dns.ipv6: true needs an IPv6 address, but the load balancer has ${address} only: it was made without one, and never gets one; set mastodon:dns.ipv6 to false, or delete the Service mastodon/edge at a quiet time and run \`pulumi up\` for a new load balancer with new addresses. If \`kubectl -n mastodon get service edge\` shows one by now, run \`pulumi refresh\``,
  );
}
