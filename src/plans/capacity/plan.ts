// The capacity plan: how many nodes each pool needs at rest and at peak, and how many droplets that makes for the account.
import { allocatable, type Amounts, podsPerNode } from "../../../components/kubernetes/node-resources.ts";
import { dropletSizes } from "../../../components/kubernetes/droplet-sizes.ts";
import { systemDaemons } from "../../../components/kubernetes/system-workloads.ts";
import { dropletWorkers } from "../../../components/workers/settings.ts";
import { mainAccount } from "../../secrets-settings.ts";
import type { Settings } from "../../settings-schema.ts";
import { fits, nodesNeeded, type NodeRoom } from "./nodes-needed.ts";
import { poollessPods } from "./other-pods.ts";
import { type CapacitySettings, groupsOf, type PlannedPods, podsOf } from "./pods.ts";

/** What a pool's pods ask for together, and the nodes that this needs. */
interface Load {
  readonly pods: number;
  readonly millicores: number;
  readonly memoryMib: number;
  /** Enough nodes whatever the scheduler does; at least the pool's min. Missing where a pod fits on no node. */
  readonly nodes?: number;
}

export interface PoolPlan {
  readonly pool: string;
  readonly size: string;
  readonly min: number;
  readonly max: number;
  /** What one node offers to the pods below, after what the platform runs on each node. */
  readonly room: NodeRoom;
  readonly pods: readonly PlannedPods[];
  readonly atRest: Load;
  readonly atPeak: Load;
}

export interface DropletPlan {
  readonly limit: number;
  /** Nodes of the system pool. */
  readonly system: number;
  /** All other pools at their max. */
  readonly pools: number;
  /** An upgrade of the cluster adds nodes, one pool after the other. */
  readonly surge: number;
  /** Queue workers in the main account. */
  readonly workers: number;
  readonly total: number;
}

/** What a node of the size offers to pods that somebody wants to run; nothing for an unknown size. */
export function roomOf(size: string): NodeRoom {
  const droplet = dropletSizes().get(size);
  if (!droplet) return { millicores: 0, memoryMib: 0, pods: 0 };
  const offered = allocatable(droplet);
  return {
    millicores: Math.max(0, offered.millicores - takenByDaemons("millicores")),
    memoryMib: Math.max(0, offered.memoryMib - takenByDaemons("memoryMib")),
    pods: podsPerNode - systemDaemons.length,
  };
}

function takenByDaemons(amount: keyof Amounts): number {
  return systemDaemons.reduce((sum, daemon) => sum + daemon[amount], 0);
}

/** One plan for each pool of the settings, the system pool first. */
export function poolPlans(settings: CapacitySettings): PoolPlan[] {
  const { system, pools } = settings.kubernetes;
  const fixed = { size: system.size, min: system.nodes, max: system.nodes };
  return [
    poolPlan("system", fixed, poollessPods(settings)),
    ...Object.entries(pools).map(([pool, bounds]) => poolPlan(pool, bounds, podsOf(pool, settings))),
  ];
}

interface Bounds {
  readonly size: string;
  readonly min: number;
  readonly max: number;
}

function poolPlan(pool: string, { size, min, max }: Bounds, pods: readonly PlannedPods[]): PoolPlan {
  const room = roomOf(size);
  const load = (when: "atRest" | "atPeak"): Load => {
    const groups = groupsOf(pods, when);
    const total = (amount: "millicores" | "memoryMib") =>
      groups.reduce((sum, group) => sum + group.count * group[amount], 0);
    return {
      pods: groups.reduce((sum, { count }) => sum + count, 0),
      millicores: total("millicores"),
      memoryMib: total("memoryMib"),
      ...(groups.every((pod) => pod.count === 0 || fits(pod, room)) && {
        nodes: Math.max(min, nodesNeeded(groups, room)),
      }),
    };
  };
  return { pool, size, min, max, room, pods, atRest: load("atRest"), atPeak: load("atPeak") };
}

/** Most nodes that an upgrade adds to a pool at a time (DigitalOcean's documentation of upgrades, 24 Jan 2025). */
const mostSurgeNodes = 10;

/** Every droplet of the main account, with all pools at their max while the largest is upgraded. */
export function dropletPlan({
  account,
  kubernetes,
  workers,
}: Pick<Settings, "account" | "kubernetes" | "workers">): DropletPlan {
  const sizes = Object.values(kubernetes.pools).map(({ max }) => max);
  const system = kubernetes.system.nodes;
  const pools = sizes.reduce((sum, max) => sum + max, 0);
  const surge = surgeNodes({ kubernetes });
  const own = dropletWorkers(workers).filter(([, { account: owner }]) => owner === mainAccount).length;
  return { limit: account.dropletLimit, system, pools, surge, workers: own, total: system + pools + surge + own };
}

/** Nodes that an upgrade may add on top of all others. */
function surgeNodes({ kubernetes }: Pick<Settings, "kubernetes">): number {
  const largest = Math.max(kubernetes.system.nodes, ...Object.values(kubernetes.pools).map(({ max }) => max));
  return Math.min(mostSurgeNodes, largest);
}
