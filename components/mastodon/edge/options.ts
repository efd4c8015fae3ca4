// What the edge's configuration is made from, and the paths that its parts agree on.
import type { EdgeLimits } from "./settings.ts";

/** Path that answers 200 on any host, for probes. */
export const edgeHealthPath = "/healthz";

/** Where the configuration and the maintenance page are mounted. */
export const edgeFolder = "/etc/nginx/mastodon";

/** Name of the group of web pods in the configuration. */
export const webPods = "web_pods";

/** Name of the group of streaming pods. */
export const streamingPods = "streaming_pods";

/** Line that lets names be looked up while nginx runs: it starts without knowing them. */
export function clusterResolver(valid: string): string {
  return `resolver kube-dns.kube-system.svc.cluster.local valid=${valid} ipv6=off;`;
}

export interface EdgeOptions {
  readonly domains: { readonly local: string; readonly web: string; readonly streaming: string };
  /** Networks whose word about the client is believed: pods, nodes, load balancer, further proxies. */
  readonly proxies: readonly string[];
  /** Largest request body. */
  readonly uploadMib: number;
  readonly limits: EdgeLimits;
  /** Whether /sidekiq and /pghero are reachable from outside, for people whom Mastodon lets in. */
  readonly adminPages: boolean;
  /**
   * Host of the bucket with the scripts and styles of all versions.
   * @default - none: what the web pods do not have is missing
   */
  readonly assetsHost?: string | undefined;
  /** An old host of the media, whose visitors are sent to the new one. */
  readonly formerMedia?: { readonly from: string; readonly to: string } | undefined;
  /** Whether TLS ends here and not at the load balancer. */
  readonly endsTls: boolean;
  /**
   * Whether Prometheus finds counters of connections.
   * @default - no
   */
  readonly metrics?: boolean;
}
