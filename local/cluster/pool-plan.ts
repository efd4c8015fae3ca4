// Which nodes are to be made and which are to go, from the wanted pools, the present nodes and the pods: decisions only.
import { nodeResources } from "./allocatable.ts";
import { type GrowingPool, isIdle, isUnschedulable, neededNodes, type UpcomingNode } from "./autoscaler.ts";
import { poolPlace } from "./nodes.ts";
import type { KubePod } from "./objects.ts";
import { type Amounts, parseAmounts } from "./quantities.ts";
import type { PoolMemory } from "./record.ts";
import type { NodePoolSpec } from "./types.ts";

/** A node as the plan sees it. */
export interface PlannedNode {
  readonly name: string;
  readonly poolId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly ready: boolean;
  readonly draining: boolean;
  readonly pods: readonly KubePod[];
}

export interface PlanInput {
  readonly region: string;
  readonly version: string;
  readonly pools: readonly NodePoolSpec[];
  readonly nodes: readonly PlannedNode[];
  /** Pods without a node. */
  readonly waiting: readonly KubePod[];
  readonly targets: Readonly<Record<string, PoolMemory>>;
  /** Since when each node has been idle, by name. */
  readonly idleSince: Readonly<Record<string, number>>;
  readonly now: number;
  readonly idleSeconds: number;
  /** What the DaemonSets take from every node. */
  readonly daemons: Amounts;
}

export interface Plan {
  readonly create: readonly { readonly pool: NodePoolSpec; readonly count: number }[];
  /** Names of nodes to cordon and drain. */
  readonly drain: readonly string[];
  readonly targets: Readonly<Record<string, PoolMemory>>;
  readonly idleSince: Readonly<Record<string, number>>;
}

// The scheduler looks again at a refused pod only after a pause (podMaxBackoffSeconds); until then a new node seems unused.
const settling = 10_000;

/** One round of the node pools' reconciliation. */
export function planPools(input: PlanInput): Plan {
  const idleSince = updateIdle(input);
  const targets = Object.fromEntries(
    input.pools.map((pool) => [pool.id, startingTarget(pool, input.targets[pool.id])]),
  );
  grow(input, targets);
  const leaving = shrink(input, targets, idleSince);
  const create: { pool: NodePoolSpec; count: number }[] = [];
  for (const pool of input.pools) {
    const staying = activeNodes(input, pool.id).filter(({ name }) => !leaving.has(name));
    const surplus = staying.length - targets[pool.id]!.target;
    if (surplus < 0) create.push({ pool, count: -surplus });
    for (const node of emptiestFirst(staying).slice(0, Math.max(0, surplus))) leaving.add(node.name);
  }
  const known = new Set(input.pools.map(({ id }) => id));
  for (const node of input.nodes) if (!known.has(node.poolId) && !node.draining) leaving.add(node.name);
  return { create, drain: [...leaving], targets, idleSince };
}

/** How many nodes the pool is to have before pods are looked at. */
function startingTarget(pool: NodePoolSpec, before: PoolMemory | undefined): PoolMemory {
  const declared = pool.nodeCount;
  if (!pool.autoScale) return { declared, target: declared ?? 1 };
  // As in the API, declaring another count moves an autoscaled pool there; the same count again does nothing.
  const wanted = before && before.declared === declared ? before.target : (declared ?? minimum(pool));
  return { declared, target: Math.min(maximum(pool), Math.max(minimum(pool), wanted)) };
}

const minimum = (pool: NodePoolSpec) => pool.minNodes ?? 1;
const maximum = (pool: NodePoolSpec) => Math.max(minimum(pool), pool.maxNodes ?? pool.nodeCount ?? minimum(pool));

function grow(input: PlanInput, targets: Record<string, PoolMemory>): void {
  const pending = input.waiting.filter(isUnschedulable);
  if (pending.length === 0) return;
  const pools = input.pools
    .filter(({ autoScale }) => autoScale)
    .map((pool): GrowingPool => ({
      ...template(pool, input),
      id: pool.id,
      room: maximum(pool) - targets[pool.id]!.target,
    }));
  const needed = neededNodes(pending, pools, upcomingNodes(input, targets), input.daemons);
  for (const [id, count] of needed) targets[id] = { ...targets[id]!, target: targets[id]!.target + count };
}

/** Nodes that are not there yet or have just come; those wanted by the targets but not made count as well. */
function upcomingNodes(input: PlanInput, targets: Readonly<Record<string, PoolMemory>>): UpcomingNode[] {
  return input.pools.flatMap((pool) => {
    const nodes = activeNodes(input, pool.id);
    const fresh = nodes.filter(({ ready, createdAt }) => !ready || input.now - createdAt < settling);
    const missing = Math.max(0, targets[pool.id]!.target - nodes.length);
    return [
      ...fresh.map(({ name, pods }) => ({ ...template(pool, input, name), pods })),
      ...Array.from({ length: missing }, () => ({ ...template(pool, input), pods: [] })),
    ];
  });
}

function template(pool: NodePoolSpec, { region, version }: PlanInput, name = "new") {
  const resources = nodeResources(pool.vcpus, pool.memoryMib, pool.diskGib);
  return { place: poolPlace(pool, { region, version, name }), allocatable: parseAmounts(resources.allocatable) };
}

/** Lowers targets for nodes that were idle long enough, down to each pool's minimum. */
function shrink(
  { pools, now, idleSeconds, ...input }: PlanInput,
  targets: Record<string, PoolMemory>,
  idleSince: Readonly<Record<string, number>>,
): Set<string> {
  const leaving = new Set<string>();
  for (const pool of pools.filter(({ autoScale }) => autoScale)) {
    const nodes = activeNodes(input, pool.id);
    const { declared, target } = targets[pool.id]!;
    const idle = nodes.filter(({ name }) => now - (idleSince[name] ?? now) >= idleSeconds * 1000);
    const going = idle.slice(0, Math.max(0, Math.min(target, nodes.length) - minimum(pool)));
    // A pool that still grows does not shrink in the same round.
    if (target > nodes.length || going.length === 0) continue;
    for (const { name } of going) leaving.add(name);
    targets[pool.id] = { declared, target: target - going.length };
  }
  return leaving;
}

function updateIdle({ nodes, idleSince, now }: PlanInput): Record<string, number> {
  const idle = nodes.filter(({ ready, draining, pods }) => ready && !draining && isIdle(pods));
  return Object.fromEntries(idle.map(({ name }) => [name, idleSince[name] ?? now]));
}

function activeNodes({ nodes }: Pick<PlanInput, "nodes">, poolId: string): PlannedNode[] {
  return nodes.filter((node) => node.poolId === poolId && !node.draining);
}

/** The nodes whose loss moves the fewest pods; among equals the youngest. */
function emptiestFirst(nodes: readonly PlannedNode[]): PlannedNode[] {
  const busy = ({ pods }: PlannedNode) => pods.filter((pod) => !isIdle([pod])).length;
  return nodes.toSorted((a, b) => busy(a) - busy(b) || b.createdAt - a.createdAt);
}
