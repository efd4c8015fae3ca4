// Which addresses Mastodon believes when they name the client: every hop between the load balancer and the pod.
import type { NetworkArgs } from "../args.ts";

/**
 * What Rails trusts by default (rails 8.1 `action_dispatch/middleware/remote_ip.rb`). A list of one's own replaces these,
 * and a proxy that is missing makes Mastodon refuse the request as spoofed (`lib/action_dispatch/remote_ip_extensions.rb`).
 */
const defaults = [
  "127.0.0.0/8",
  "::1",
  "fc00::/7",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "fe80::/10",
];

/** Pods, nodes and load balancer, then further proxies, then Rails' own list; each once. */
export function trustedProxies(network: NetworkArgs, further: readonly string[]): string[] {
  return [...new Set([network.pods, network.vpc, ...further, ...defaults])];
}
