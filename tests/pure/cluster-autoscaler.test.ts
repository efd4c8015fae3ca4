// The node pools' decisions: when they grow, by how much, and which nodes may go.
import { describe, expect, test } from "vitest";
import { type Plan, planPools } from "../../local/cluster/pool-plan.ts";
import { node, pendingPod, planInput, pool, runningPod } from "./cluster-objects.ts";

const created = (plan: Plan) => Object.fromEntries(plan.create.map(({ pool, count }) => [pool.name, count]));
const many = (count: number, make: (index: number) => ReturnType<typeof pendingPod>) =>
  Array.from({ length: count }, (_, i) => make(i));
const grown = (overrides: Parameters<typeof planInput>[0]) =>
  created(planPools(planInput({ nodes: [oldNode], ...overrides })));
const oldNode = node("web-1", { createdAt: 0, pods: [runningPod("web-1")] });

describe("pools without work", () => {
  test("a fixed pool gets its count", () => {
    const fixed = pool({ autoScale: false, nodeCount: 2 });
    expect(created(planPools(planInput({ pools: [fixed] })))).toEqual({ web: 2 });
  });

  test("an autoscaled pool starts at its minimum, or at the declared count", () => {
    expect(created(planPools(planInput()))).toEqual({ web: 1 });
    expect(created(planPools(planInput({ pools: [pool({ nodeCount: 2 })] })))).toEqual({ web: 2 });
  });

  test("a minimum of zero is possible", () => {
    expect(planPools(planInput({ pools: [pool({ minNodes: 0 })] })).create).toEqual([]);
  });

  test("an unchanged declared count does not undo what the autoscaler did, a changed one does", () => {
    const nodes = [oldNode, node("web-2", { pods: [runningPod("web-2")] })];
    const grown = planInput({ nodes, targets: { "pool-1": { declared: 1, target: 2 } } });
    expect(planPools({ ...grown, pools: [pool({ nodeCount: 1 })] }).drain).toEqual([]);
    expect(created(planPools({ ...grown, pools: [pool({ nodeCount: 3 })] }))).toEqual({ web: 1 });
  });

  test("a lost node is replaced", () => {
    expect(created(planPools(planInput({ targets: { "pool-1": { target: 2 } }, nodes: [oldNode] })))).toEqual({
      web: 1,
    });
  });

  test("nodes of a removed pool are drained", () => {
    expect(planPools(planInput({ pools: [], nodes: [oldNode] })).drain).toEqual(["web-1"]);
  });

  test("a smaller fixed count drains the emptiest node", () => {
    const nodes = [oldNode, node("web-2")];
    expect(planPools(planInput({ pools: [pool({ autoScale: false, nodeCount: 1 })], nodes })).drain).toEqual(["web-2"]);
  });
});

describe("growing", () => {
  test("adds as many nodes as the pending pods need", () => {
    // 3.9 cores less 0.512 for the daemons hold three pods of one core.
    expect(grown({ waiting: many(3, () => pendingPod()) })).toEqual({ web: 1 });
    expect(grown({ waiting: many(4, () => pendingPod()) })).toEqual({ web: 2 });
  });

  test("never exceeds the maximum", () => {
    expect(grown({ waiting: many(50, () => pendingPod()) })).toEqual({ web: 2 });
  });

  test("leaves a pod pending that fits on no node of the pool", () => {
    expect(grown({ waiting: [pendingPod({ cpu: "3500m" })] })).toEqual({});
    expect(grown({ waiting: [pendingPod({ memory: "5800Mi" })] })).toEqual({});
  });

  test("does not grow for pods that the scheduler has not looked at, that are ending, or that wait for a preempted one", () => {
    const pod = pendingPod();
    const waiting = [
      { ...pod, status: { phase: "Pending" } },
      { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-11-23T00:00:00Z" } },
      { ...pod, status: { ...pod.status, nominatedNodeName: "web-1" } },
      pendingPod({ owner: "DaemonSet" }),
    ];
    expect(grown({ waiting })).toEqual({});
  });

  test("chooses the pool whose labels and taints let the pod in", () => {
    const taints = [{ key: "dedicated", value: "sidekiq", effect: "NoSchedule" }];
    const sidekiq = pool({ id: "pool-2", name: "sidekiq", minNodes: 0, labels: { role: "sidekiq" }, taints });
    const pools = [pool(), sidekiq];
    const selecting = pendingPod({ spec: { nodeSelector: { role: "sidekiq" } } });
    expect(grown({ pools, waiting: [selecting] })).toEqual({});
    const tolerations = [{ key: "dedicated", operator: "Equal", value: "sidekiq", effect: "NoSchedule" }];
    const tolerating = pendingPod({ spec: { nodeSelector: { role: "sidekiq" }, tolerations } });
    expect(grown({ pools, waiting: [tolerating] })).toEqual({ sidekiq: 1 });
  });

  test("follows required node affinity", () => {
    const pools = [
      pool(),
      pool({ id: "pool-2", name: "big", minNodes: 0, size: "s-8vcpu-16gb", vcpus: 8, memoryMib: 16_384 }),
    ];
    const matchExpressions = [{ key: "node.kubernetes.io/instance-type", operator: "In", values: ["s-8vcpu-16gb"] }];
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    };
    expect(grown({ pools, waiting: [pendingPod({ spec: { affinity: { nodeAffinity } } })] })).toEqual({ big: 1 });
  });

  test("gives pods that avoid each other a node each", () => {
    const labelSelector = { matchLabels: { app: "edge" } };
    const podAntiAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector }],
    };
    const edge = (index: number) =>
      pendingPod({
        name: `edge-${index}`,
        cpu: "100m",
        labels: { app: "edge" },
        spec: { affinity: { podAntiAffinity } },
      });
    expect(grown({ waiting: many(2, edge) })).toEqual({ web: 2 });
  });

  test("waits for a node that is on its way instead of adding another", () => {
    const targets = { "pool-1": { target: 2 } };
    const fresh = node("web-2", { ready: false, createdAt: 995_000 });
    expect(grown({ targets, nodes: [oldNode, fresh], waiting: [pendingPod()] })).toEqual({});
    expect(grown({ targets, nodes: [oldNode], waiting: [pendingPod()] })).toEqual({ web: 1 });
  });
});

describe("shrinking", () => {
  const targets = { "pool-1": { target: 2 } };
  const daemon = runningPod("web-2", { owner: "DaemonSet" });
  const finished = runningPod("web-2", { phase: "Succeeded" });
  const idle = node("web-2", { pods: [daemon, finished] });

  test("a node with nothing but daemons and finished pods goes after the idle time", () => {
    const early = planPools(planInput({ targets, nodes: [oldNode, idle], idleSince: { "web-2": 941_000 } }));
    expect(early.drain).toEqual([]);
    const late = planPools(planInput({ targets, nodes: [oldNode, idle], idleSince: { "web-2": 940_000 } }));
    expect(late.drain).toEqual(["web-2"]);
    expect(late.targets["pool-1"]?.target).toBe(1);
  });

  test("idle time is counted from when it is first seen, and forgotten when work arrives", () => {
    expect(planPools(planInput({ targets, nodes: [oldNode, idle] })).idleSince).toEqual({ "web-2": 1_000_000 });
    const busy = node("web-2", { pods: [daemon, runningPod("web-2")] });
    const plan = planPools(planInput({ targets, nodes: [oldNode, busy], idleSince: { "web-2": 1 } }));
    expect([plan.idleSince, plan.drain]).toEqual([{}, []]);
  });

  test("the minimum stays, and a fixed pool never shrinks", () => {
    const idleSince = { "web-1": 1, "web-2": 1 };
    const nodes = [node("web-1"), node("web-2")];
    expect(planPools(planInput({ targets, nodes, idleSince })).drain).toHaveLength(1);
    expect(
      planPools(planInput({ targets, nodes, idleSince, pools: [pool({ autoScale: false, nodeCount: 2 })] })).drain,
    ).toEqual([]);
  });
});
