// Who may talk to whom in Mastodon's namespace: nothing, except the flows that are spelt out here.
import type * as pulumi from "@pulumi/pulumi";
import { edgePort } from "../edge/tls.ts";
import { streamingPort } from "../workloads/streaming.ts";
import { webPort } from "../workloads/web.ts";
import { type Role, roleLabels } from "../workloads/workload.ts";
import {
  defaultDeny,
  type EgressRule,
  flowsOf,
  type IngressRule,
  internet,
  names,
  network,
  type NetworkPolicy,
  pods,
  tcp,
} from "./network-policies.ts";

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

/** What web and Sidekiq reach outside: other servers and the buckets by https, and by http the few servers and link previews without it. */
function outside({ mailPort, copy }: Pick<FlowOptions, "mailPort" | "copy">) {
  if (copy === undefined) return { web: [internet(443, 80)], sidekiq: [internet(443, 80), internet(mailPort)] };
  const blocks = copy.storageAddresses.map((cidr) => ({ ipBlock: { cidr } }));
  const bucket: EgressRule[] = blocks.length > 0 ? [{ to: blocks, ports: tcp(443) }] : [];
  return { web: bucket, sidekiq: bucket };
}

const ofRole = (role: Role) => [pods(roleLabels(role))];
const fromEdge = (port: number): IngressRule => ({ from: ofRole("edge"), ports: tcp(port) });
const toPods = (role: Role, port: number): EgressRule => ({ to: ofRole(role), ports: tcp(port) });

/** Policies by name. The first shuts everything; each further one opens the flows of a role. */
export function networkPolicies(options: FlowOptions): Record<string, NetworkPolicy> {
  const { vpc, poolPorts, directPort, replicaPorts, valkeyPorts, searchPorts, copy } = options;
  const stores = (...ports: readonly pulumi.Input<number>[]) => network(vpc, [...ports, ...valkeyPorts]);
  const reading = [...replicaPorts, ...searchPorts];
  const world = outside(options);
  return {
    "default-deny": defaultDeny,
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

const policy = (role: Role, ingress: IngressRule[], egress: EgressRule[]) =>
  flowsOf(roleLabels(role), { ingress, egress });
