// The number of nodes against every way in which a scheduler could place the pods.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fits, nodesNeeded, type NodeRoom, type PodGroup } from "../../src/plans/capacity/nodes-needed.ts";

const node: NodeRoom = { millicores: 3378, memoryMib: 5450, pods: 106 };

/** Groups of pods that each fit on the node. */
const anyGroups = fc.array(
  fc.record({
    millicores: fc.integer({ min: 0, max: node.millicores }),
    memoryMib: fc.integer({ min: 0, max: node.memoryMib }),
    count: fc.integer({ min: 0, max: 6 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** The pods one by one. */
const single = (groups: readonly PodGroup[]) =>
  groups.flatMap(({ millicores, memoryMib, count }) =>
    Array.from({ length: count }, () => ({ millicores, memoryMib })),
  );

/** Puts pods on nodes in this order, each on the node that `choose` picks among those with room; how many found none. */
function place(
  pods: readonly { millicores: number; memoryMib: number }[],
  nodes: number,
  choose: () => number,
): number {
  const free = Array.from({ length: nodes }, () => ({ ...node }));
  return pods.filter((pod) => {
    const open = free.filter((one) => fits(pod, one));
    const target = open[Math.floor(choose() * open.length)];
    if (!target) return true;
    target.millicores -= pod.millicores;
    target.memoryMib -= pod.memoryMib;
    target.pods -= 1;
    return false;
  }).length;
}

describe("the nodes that a plan asks for", () => {
  test("take all pods in any order and on any choice of nodes", () => {
    fc.assert(
      fc.property(anyGroups, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (groups, stream) => {
        const next = (): number => Number(stream.next().value);
        const order = single(groups)
          .map((pod) => ({ pod, at: next() }))
          .toSorted((one, other) => one.at - other.at)
          .map(({ pod }) => pod);
        expect(place(order, nodesNeeded(groups, node), next)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test("take all pods when large ones come last and the emptiest node is always chosen", () => {
    fc.assert(
      fc.property(anyGroups, (groups) => {
        const pods = single(groups).toSorted((one, other) => one.millicores - other.millicores);
        expect(place(pods, nodesNeeded(groups, node), () => 0.999)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  test("never become fewer when there are more pods, nor with another kind of pod", () => {
    fc.assert(
      fc.property(anyGroups, anyGroups, (groups, more) => {
        const before = nodesNeeded(groups, node);
        const raised = groups.map((group, index) => ({ ...group, count: group.count + (more[index]?.count ?? 0) }));
        expect(nodesNeeded(raised, node)).toBeGreaterThanOrEqual(before);
        expect(nodesNeeded([...groups, ...more], node)).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("are at least what the pods fill without any gap", () => {
    fc.assert(
      fc.property(anyGroups, (groups) => {
        const pods = single(groups);
        const sum = (amount: "millicores" | "memoryMib") => pods.reduce((total, pod) => total + pod[amount], 0);
        const least = Math.max(
          Math.ceil(sum("millicores") / node.millicores),
          Math.ceil(sum("memoryMib") / node.memoryMib),
        );
        expect(nodesNeeded(groups, node)).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  test.each([
    ["no pods", [], 0],
    ["one pod", [{ millicores: 100, memoryMib: 100, count: 1 }], 1],
    ["pods that fill a node exactly", [{ millicores: 1689, memoryMib: 2725, count: 2 }], 1],
    ["one more than fills a node", [{ millicores: 1689, memoryMib: 2725, count: 3 }], 2],
    ["three large pods a node each", [{ millicores: 3000, memoryMib: 100, count: 3 }], 3],
    ["pods without requests up to the kubelet's limit", [{ millicores: 0, memoryMib: 0, count: 106 }], 1],
    ["one more than the kubelet's limit", [{ millicores: 0, memoryMib: 0, count: 107 }], 2],
  ])("for %s are as many as expected", (_, groups, nodes) => expect(nodesNeeded(groups, node)).toBe(nodes));

  test("do not exist for a pod that is larger than a node", () => {
    expect(() => nodesNeeded([{ millicores: 3379, memoryMib: 1, count: 1 }], node)).toThrow("larger than a node");
    expect(nodesNeeded([{ millicores: 3379, memoryMib: 1, count: 0 }], node)).toBe(0);
  });
});
