// Address ranges: nodes, pods and services beside each other and beside what DigitalOcean keeps.
import { overlapProblems } from "../../components/network/ranges.ts";
import { prefixLength } from "../../components/shapes.ts";
import type { Problem } from "../../components/problem.ts";
import { dropletPlan, type DropletPlan } from "../plans/capacity/plan.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Nodes, pods and services need addresses of their own, and DigitalOcean keeps some for itself. */
export function assertRangesApart({ network, kubernetes }: Pick<Settings, "network" | "kubernetes">): Problem[] {
  return overlapProblems(
    [
      { path: "network.ipRange", range: network.ipRange },
      { path: "kubernetes.clusterSubnet", range: kubernetes.clusterSubnet },
      { path: "kubernetes.serviceSubnet", range: kubernetes.serviceSubnet },
    ],
    network.region,
  );
}

type NodeSettings = Pick<Settings, "account" | "network" | "kubernetes" | "workers">;

/** DigitalOcean keeps the first and last addresses of a VPC; databases, load balancers and their successors need some, too. */
const addressesBesideNodes = 32;

/** Every node takes 128 addresses of the pods' range (facts section 5), and one of the VPC. */
export function assertRangesLargeEnough(settings: NodeSettings): Problem[] {
  const droplets = dropletPlan(settings);
  const nodes = droplets.system + droplets.pools + droplets.surge;
  const { clusterSubnet } = settings.kubernetes;
  const { ipRange } = settings.network;
  const podNodes = 2 ** (25 - prefixLength(clusterSubnet));
  const addresses = 2 ** (32 - prefixLength(ipRange));
  const needed = nodes + addressesBesideNodes;
  return [
    ...(podNodes >= nodes ? [] : [tooSmallForPods(clusterSubnet, podNodes, droplets)]),
    ...(addresses >= needed
      ? []
      : [
          {
            path: "network.ipRange",
            value: ipRange,
            message: `has ${addresses} addresses, but ${nodes} nodes, the databases and load balancers need ${needed}; take a larger range, for example a /20`,
          },
        ]),
  ];
}

function tooSmallForPods(value: string, room: number, { system, pools, surge }: DropletPlan): Problem {
  return {
    path: "kubernetes.clusterSubnet",
    value,
    message:
      `has room for ${room} nodes, 128 addresses each, but there may be ${system + pools + surge}: ${system} system + ${pools} in pools at ` +
      `their max + ${surge} while an upgrade replaces nodes; take a larger range, for example a /16`,
  };
}

export const networkRules = [
  rule(["network", "kubernetes"], assertRangesApart),
  rule(["account", "network", "kubernetes", "workers"], assertRangesLargeEnough),
];
