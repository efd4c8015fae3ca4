// Whether what is to run fits on the nodes that may be there, and those into the account. Each refusal shows its arithmetic.
import type { Problem } from "../../components/problem.ts";
import { fits, nodesNeeded } from "../plans/capacity/nodes-needed.ts";
import { dropletPlan, type PoolPlan, poolPlans, roomOf } from "../plans/capacity/plan.ts";
import { poollessPods } from "../plans/capacity/other-pods.ts";
import { type CapacitySettings, groupsOf } from "../plans/capacity/pods.ts";
import { dropletSum } from "../plans/capacity/table.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Each pod finds room on an empty node of its pool. */
export function assertPodsFitNodes(settings: CapacitySettings): Problem[] {
  return serverPools(settings).flatMap(({ pool, size, room, pods }) =>
    pods
      .filter((pod) => !fits(pod, room))
      .map(({ name, millicores, memoryMib }) => ({
        path: `kubernetes.pools.${pool}.size`,
        value: size,
        message:
          `is too small for a pod of ${name}: it asks for ${millicores}m CPU and ${memoryMib} MiB, and a node offers ` +
          `${room.millicores}m and ${room.memoryMib} MiB after what DigitalOcean runs on it; take a larger size, or lower the pod's resources`,
      })),
  );
}

/** At peak no pool needs more nodes than its max: what is over would stay pending. */
export function assertPeakFitsPools(settings: CapacitySettings): Problem[] {
  return serverPools(settings).flatMap((plan) => {
    const { pool, max, atPeak } = plan;
    if (atPeak.nodes === undefined || atPeak.nodes <= max) return [];
    return {
      path: `kubernetes.pools.${pool}.max`,
      value: max,
      message: `must be at least ${atPeak.nodes}: ${peakSum(plan)}; raise it, take a larger size, or lower replicas or maxReplicas`,
    };
  });
}

/** `9 pods (4 web, 3 streaming) ask for 5350m CPU and 7296 MiB, a node offers …`. */
function peakSum({ size, room, pods, atPeak }: PoolPlan): string {
  const counted = pods.filter((pod) => pod.atPeak > 0).map(({ name, atPeak: count }) => `${count} ${name}`);
  return (
    `at most replicas, with one pod more in each roll and a migration, ${atPeak.pods} pods (${counted.join(", ")}) ask for ` +
    `${atPeak.millicores}m CPU and ${atPeak.memoryMib} MiB, and a ${size} node offers them ${room.millicores}m and ${room.memoryMib} MiB, ` +
    "of which some stays free because pods cannot be cut"
  );
}

/** The platform's own pods fit into the system pool, also while one of several nodes is away. */
export function assertSystemPoolFits({
  kubernetes,
  certificates,
}: Pick<Settings, "kubernetes" | "certificates">): Problem[] {
  const { size, nodes } = kubernetes.system;
  const room = roomOf(size);
  const groups = groupsOf(poollessPods({ certificates }), "atPeak");
  const present = Math.max(1, nodes - 1);
  const large = groups.every((pod) => fits(pod, room));
  if (large && nodesNeeded(groups, room) <= present) return [];
  const total = (amount: "millicores" | "memoryMib") => groups.reduce((sum, one) => sum + one.count * one[amount], 0);
  return [
    {
      path: "kubernetes.system.size",
      value: size,
      message:
        `is too small: DNS and the platform's other pods ask for ${total("millicores")}m CPU and ${total("memoryMib")} MiB, and ` +
        `${present === 1 ? "one node offers" : `${present} nodes offer each`} ${room.millicores}m and ${room.memoryMib} MiB` +
        `${nodes > 1 ? " while another is replaced" : ""}; take for example s-2vcpu-4gb`,
    },
  ];
}

/** Of one cluster (DOKS limits page, 10 Nov 2025). */
const mostNodes = 512;

/** All pools at their max, with an upgrade under way, are droplets that the account may have. */
export function assertDropletLimit(settings: Pick<Settings, "account" | "kubernetes" | "workers">): Problem[] {
  const droplets = dropletPlan(settings);
  const nodes = droplets.system + droplets.pools + droplets.surge;
  if (nodes > mostNodes) {
    return [
      {
        path: "kubernetes.pools",
        value: nodes,
        message: `would be the nodes of the cluster at most, and a cluster has at most ${mostNodes}; lower the max of pools`,
      },
    ];
  }
  if (droplets.total <= droplets.limit) return [];
  return [
    {
      path: "account.dropletLimit",
      value: droplets.limit,
      message:
        `is less than the ${droplets.total} droplets that this stack may need: ${dropletSum(droplets)}; lower the max of pools, or ask ` +
        "DigitalOcean's support for a higher limit and set it here",
    },
  ];
}

function serverPools(settings: CapacitySettings): PoolPlan[] {
  return poolPlans(settings).filter(({ pool }) => pool !== "system");
}

const needs = [
  "dayTwo",
  "database",
  "kubernetes",
  "mastodon",
  "cdn",
  "certificates",
  "metrics",
  "backups",
  "autoscaling",
  "secrets",
  "tailnet",
  "workers",
] as const;

export const capacityRules = [
  rule(needs, assertPodsFitNodes),
  rule(needs, assertPeakFitsPools),
  rule(["kubernetes", "certificates"], assertSystemPoolFits),
  rule(["account", "kubernetes", "workers"], assertDropletLimit),
];
