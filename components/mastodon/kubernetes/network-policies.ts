// Who may talk to whom: nothing, except the flows that are spelt out here.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { edgePort } from "../edge/tls.ts";
import { streamingPort } from "../workloads/streaming.ts";
import { webPort } from "../workloads/web.ts";
import { type Role, roleLabels } from "../workloads/workload.ts";

type Policy = kubernetes.types.input.networking.v1.NetworkPolicySpec;
type EgressRule = kubernetes.types.input.networking.v1.NetworkPolicyEgressRule;
type IngressRule = kubernetes.types.input.networking.v1.NetworkPolicyIngressRule;

export interface FlowOptions {
  /** Network of the managed databases. */
  readonly vpc: string;
  readonly poolPorts: Readonly<Record<"web" | "sidekiq" | "streaming", pulumi.Input<number>>>;
  readonly directPort: pulumi.Input<number>;
  /** Of the read replica; none without one. */
  readonly replicaPorts: readonly pulumi.Input<number>[];
  readonly valkeyPorts: readonly pulumi.Input<number>[];
  /** Of the full-text search; none without one. */
  readonly searchPorts: readonly pulumi.Input<number>[];
  readonly mailPort: number;
  /** Of a sanitised copy, which speaks to nobody outside but its own media bucket. @default - a server like any other */
  readonly copy?: { readonly storageAddresses: readonly string[] } | undefined;
}

/** Addresses that are never somebody else's server: private, shared, link-local with the metadata service, and loopback. */
const inside = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"];

const anywhereOutside = [{ ipBlock: { cidr: "0.0.0.0/0", except: inside } }];

const tcp = (...ports: readonly pulumi.Input<number>[]) => ports.map((port) => ({ protocol: "TCP", port }));

/** Any server on the internet on these ports, and nothing inside. Other servers choose the addresses that Mastodon fetches. */
export function internet(...ports: number[]): EgressRule {
  return { to: anywhereOutside, ports: tcp(...ports) };
}

/** The same by UDP. */
export function internetByUdp(...ports: number[]): EgressRule {
  return { to: anywhereOutside, ports: ports.map((port) => ({ protocol: "UDP", port })) };
}

/** What web and Sidekiq reach outside: other servers and the buckets by https, and by http the few servers and link previews without it. */
function outside({ mailPort, copy }: Pick<FlowOptions, "mailPort" | "copy">) {
  if (copy === undefined) return { web: [internet(443, 80)], sidekiq: [internet(443, 80), internet(mailPort)] };
  const blocks = copy.storageAddresses.map((cidr) => ({ ipBlock: { cidr } }));
  const bucket: EgressRule[] = blocks.length > 0 ? [{ to: blocks, ports: tcp(443) }] : [];
  return { web: bucket, sidekiq: bucket };
}

/** Looking up names. */
export const names: EgressRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

const pods = (role: Role) => [{ podSelector: { matchLabels: roleLabels(role) } }];

/** Policies by name. The first shuts everything; each further one opens the flows of a role. */
export function networkPolicies(options: FlowOptions): Record<string, Policy> {
  const { vpc, poolPorts, directPort, replicaPorts, valkeyPorts, searchPorts, copy } = options;
  const stores = (...ports: readonly pulumi.Input<number>[]): EgressRule => ({
    to: [{ ipBlock: { cidr: vpc } }],
    ports: tcp(...ports, ...valkeyPorts),
  });
  const reading = [...replicaPorts, ...searchPorts];
  const world = outside(options);
  const fromEdge = (port: number): IngressRule => ({ from: pods("edge"), ports: tcp(port) });
  const toPods = (role: Role, port: number): EgressRule => ({ to: pods(role), ports: tcp(port) });
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    // No `from`: traffic of the load balancer arrives with the address of a node, which no address block matches in Cilium.
    edge: policy(
      "edge",
      [{ ports: tcp(edgePort) }],
      [names, toPods("web", webPort), toPods("streaming", streamingPort)],
    ),
    web: policy("web", [fromEdge(webPort)], [names, stores(poolPorts.web, ...reading), ...world.web]),
    streaming: policy("streaming", [fromEdge(streamingPort)], [names, stores(poolPorts.streaming)]),
    sidekiq: policy("sidekiq", [], [names, stores(poolPorts.sidekiq, ...reading), ...world.sidekiq]),
    migrate: policy("migrate", [], [names, stores(directPort, ...searchPorts), ...(copy ? [] : [internet(443)])]),
  };
}

function policy(role: Role, ingress: IngressRule[], egress: EgressRule[]): Policy {
  return {
    podSelector: { matchLabels: roleLabels(role) },
    policyTypes: ["Ingress", "Egress"],
    ingress,
    egress,
  };
}
