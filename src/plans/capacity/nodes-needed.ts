// How many equal nodes are enough for pods, in whatever order and on whichever nodes the scheduler places them.
//
// The fewest nodes into which pods could be packed are not enough: the scheduler spreads pods over nodes as they come, and a large one that
// comes last may find room on none. So this asks: how many nodes can be too full for one more pod, if the others are spread as badly as
// possible? One node more than that is always enough.
import type { Amounts } from "../../../components/kubernetes/node-resources.ts";

/** Equal pods. */
export interface PodGroup extends Amounts {
  readonly count: number;
}

/** What one node offers to these pods. */
export interface NodeRoom extends Amounts {
  readonly pods: number;
}

/** Rounding must not hide a node that is just full. */
const slack = 1e-9;

/** Whether an empty node takes the pod. */
export function fits(pod: Amounts, node: NodeRoom): boolean {
  return node.pods > 0 && pod.millicores <= node.millicores && pod.memoryMib <= node.memoryMib;
}

/**
 * Nodes that take all pods whatever the scheduler does; more pods never need fewer.
 * @throws Error when a pod fits on no node; ask `fits` first.
 */
export function nodesNeeded(groups: readonly PodGroup[], node: NodeRoom): number {
  const present = groups.filter(({ count }) => count > 0);
  if (present.some((pod) => !fits(pod, node))) throw new Error("a pod is larger than a node");
  const total = present.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return 0;
  const fullByCount = Math.floor((total - 1) / node.pods);
  return 1 + fullByCount + Math.max(...present.map((last) => nodesTooFull(last, withoutOne(present, last), node)));
}

function withoutOne(groups: readonly PodGroup[], last: PodGroup): PodGroup[] {
  return groups.map((group) => (group === last ? { ...group, count: group.count - 1 } : group));
}

/** Most nodes that the other pods can make too full for `last`: some of them short of CPU, the others of memory. */
function nodesTooFull(last: PodGroup, others: readonly PodGroup[], node: NodeRoom): number {
  // Requests are whole millicores and MiB, so a node is too full from here on. What asks for none of one is never kept out by it.
  const cpu = last.millicores === 0 ? Infinity : node.millicores - last.millicores + 1;
  const memory = last.memoryMib === 0 ? Infinity : node.memoryMib - last.memoryMib + 1;
  // A pod fills one node at most, however large it is.
  const capped = others
    .filter(({ count }) => count > 0)
    .map(({ count, millicores, memoryMib }) => ({
      count,
      millicores: Math.min(millicores, cpu),
      memoryMib: Math.min(memoryMib, memory),
    }));
  const all = { millicores: sum(capped, "millicores"), memoryMib: sum(capped, "memoryMib") };
  // Each node that is short of one takes some of the other as well: no pod asks for CPU alone or memory alone.
  const memoryToo = cpu === Infinity ? 0 : leastBeside(capped, "memoryMib", "millicores") * cpu;
  const cpuToo = memory === Infinity ? 0 : leastBeside(capped, "millicores", "memoryMib") * memory;
  const counts = Array.from({ length: Math.min(times(all.millicores, cpu), times(all.memoryMib, memoryToo)) + 1 });
  return Math.max(
    ...counts.map((_, shortOfCpu) => {
      const shortOfMemory = Math.min(
        times(all.memoryMib - shortOfCpu * memoryToo, memory),
        times(all.millicores - (shortOfCpu === 0 ? 0 : shortOfCpu * cpu), cpuToo),
      );
      return shortOfCpu + shortOfMemory;
    }),
  );
}

/** How often `part` goes into `whole`. */
function times(whole: number, part: number): number {
  if (part === Infinity) return 0;
  return part <= 0 ? Infinity : Math.floor(Math.max(0, whole) / part + slack);
}

function sum(groups: readonly PodGroup[], amount: keyof Amounts): number {
  return groups.reduce((total, group) => total + group.count * group[amount], 0);
}

/** The least of one amount that comes with a unit of the other. */
function leastBeside(groups: readonly PodGroup[], one: keyof Amounts, other: keyof Amounts): number {
  const ratios = groups.filter((group) => group[other] > 0).map((group) => group[one] / group[other]);
  return ratios.length === 0 ? 0 : Math.min(...ratios);
}
