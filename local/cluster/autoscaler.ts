// The cluster autoscaler's decisions as functions of what is there: pods without a node make pools grow, idle nodes may go.
import { hasCondition, type KubePod } from "./objects.ts";
import { add, type Amounts, covers, larger, subtract } from "./quantities.ts";
import { avoidEachOther, mayRunOn, type Place, podRequests } from "./scheduling.ts";

/** A pool that may grow, and what one more node of it would be. */
export interface GrowingPool {
  readonly id: string;
  /** How many more nodes it may get. */
  readonly room: number;
  readonly place: Place;
  readonly allocatable: Amounts;
}

/** A node that pods may land on soon: just made, so the scheduler has not filled it yet. */
export interface UpcomingNode {
  readonly place: Place;
  readonly allocatable: Amounts;
  readonly pods: readonly KubePod[];
}

interface Bin {
  readonly place: Place;
  free: Amounts;
  readonly pods: KubePod[];
}

/**
 * How many nodes each pool needs more, so that the pods that fit nowhere find a place.
 * @param daemons What the DaemonSets take from every node.
 * @returns Counts by pool id, none above the pool's room; pods that fit on no pool's node are left out.
 */
export function neededNodes(
  pending: readonly KubePod[],
  pools: readonly GrowingPool[],
  upcoming: readonly UpcomingNode[],
  daemons: Amounts,
): Map<string, number> {
  const bins = upcoming.map((node) => binOf(node, daemons));
  const needed = new Map<string, number>();
  // Large pods first: small ones then fill the gaps, and fewer nodes are needed.
  for (const pod of pending.toSorted((a, b) => (podRequests(b)["cpu"] ?? 0) - (podRequests(a)["cpu"] ?? 0))) {
    if (bins.some((bin) => place(pod, bin))) continue;
    for (const pool of pools) {
      const bin = binOf({ place: pool.place, allocatable: pool.allocatable, pods: [] }, daemons);
      if ((needed.get(pool.id) ?? 0) >= pool.room || !place(pod, bin)) continue;
      needed.set(pool.id, (needed.get(pool.id) ?? 0) + 1);
      bins.push(bin);
      break;
    }
  }
  return needed;
}

function requests(pods: readonly KubePod[]): Amounts {
  return pods.map(podRequests).reduce(add, {});
}

function binOf({ place, allocatable, pods }: UpcomingNode, daemons: Amounts): Bin {
  // Its daemon pods may not all be there yet, but will be.
  const taken = add(requests(pods.filter((pod) => !isDaemon(pod))), larger(requests(pods.filter(isDaemon)), daemons));
  return { place, free: subtract(allocatable, taken), pods: [...pods] };
}

function place(pod: KubePod, bin: Bin): boolean {
  const requests = podRequests(pod);
  if (!mayRunOn(pod, bin.place) || !covers(bin.free, requests)) return false;
  if (bin.pods.some((other) => avoidEachOther(pod, other))) return false;
  bin.free = subtract(bin.free, requests);
  bin.pods.push(pod);
  return true;
}

/** Whether the scheduler looked for a node for this pod and found none. A pod that pushes out others waits for their room. */
export function isUnschedulable({ metadata, spec, status }: KubePod): boolean {
  const refused = status?.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable");
  return (
    refused === true &&
    hasCondition(status?.conditions, "PodScheduled", "False") &&
    !spec.nodeName &&
    !metadata.deletionTimestamp &&
    !status?.nominatedNodeName &&
    !isDaemon({ metadata, spec })
  );
}

/** Pods that come and go with their node. */
export function isDaemon({ metadata }: KubePod): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet" || kind === "Node") ?? false;
}

export function isFinished({ status }: KubePod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** Whether nothing but the node's own daemons runs on it. */
export function isIdle(pods: readonly KubePod[]): boolean {
  return pods.every((pod) => isDaemon(pod) || isFinished(pod));
}
