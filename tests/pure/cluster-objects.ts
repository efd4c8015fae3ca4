// Small Kubernetes objects for the tests of the cluster's decisions.
import type { KubePod } from "../../local/cluster/objects.ts";
import type { PlannedNode, PlanInput } from "../../local/cluster/pool-plan.ts";
import type { NodePoolSpec } from "../../local/cluster/types.ts";

interface PodOptions {
  readonly name?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly spec?: Partial<KubePod["spec"]>;
  readonly labels?: Record<string, string>;
  readonly owner?: string;
  readonly phase?: string;
}

/** A pod that the scheduler has found no node for. */
export function pendingPod({
  name = "pod",
  cpu = "1",
  memory = "1Gi",
  spec = {},
  labels = {},
  owner = "ReplicaSet",
}: PodOptions = {}): KubePod {
  return {
    metadata: { name, namespace: "default", labels, ownerReferences: [{ kind: owner, name: "owner" }] },
    spec: { containers: [{ resources: { requests: { cpu, memory } } }], ...spec },
    status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
  };
}

export function runningPod(nodeName: string, options: PodOptions = {}): KubePod {
  const pod = pendingPod(options);
  const conditions = [{ type: "PodScheduled", status: "True" }];
  return { ...pod, spec: { ...pod.spec, nodeName }, status: { phase: options.phase ?? "Running", conditions } };
}

/** An autoscaled pool of s-4vcpu-8gb droplets. */
export function pool(overrides: Partial<NodePoolSpec> = {}): NodePoolSpec {
  return {
    id: "pool-1",
    name: "web",
    size: "s-4vcpu-8gb",
    vcpus: 4,
    memoryMib: 8192,
    diskGib: 160,
    autoScale: true,
    minNodes: 1,
    maxNodes: 3,
    labels: {},
    taints: [],
    tags: [],
    ...overrides,
  };
}

export function node(name: string, overrides: Partial<PlannedNode> = {}): PlannedNode {
  return { name, poolId: "pool-1", createdAt: 0, ready: true, draining: false, pods: [], ...overrides };
}

export function planInput(overrides: Partial<PlanInput> = {}): PlanInput {
  return {
    region: "tor1",
    version: "1.36.3-do.0",
    pools: [pool()],
    nodes: [],
    waiting: [],
    targets: {},
    idleSince: {},
    now: 1_000_000,
    idleSeconds: 60,
    daemons: { cpu: 0.512, memory: 465 * 2 ** 20, pods: 3 },
    ...overrides,
  };
}
