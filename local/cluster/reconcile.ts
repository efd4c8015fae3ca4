// The supervisor's loop over the API: node pools become Nodes, Services get load balancers, and what was seen is written down.
import { type Api, ApiError } from "./api.ts";
import { isDaemon, isFinished } from "./autoscaler.ts";
import { loadBalancerChanges } from "./load-balancers.ts";
import { answerMetricsApi } from "./metrics-api.ts";
import {
  drainingAnnotation,
  freeNodeAddress,
  newNodeName,
  nodeCorrection,
  nodeManifest,
  poolIdLabel,
  seenNode,
} from "./nodes.ts";
import { hasCondition, type KubeNode, type KubePod, type KubeService, type List } from "./objects.ts";
import type { ClusterPaths } from "./paths.ts";
import { type Plan, planPools, type PlannedNode } from "./pool-plan.ts";
import { type ClusterRecord, readNodes, readPools, readRecord, type SeenNodes, writeNodes } from "./record.ts";
import { liftScaledObjects } from "./scaled-objects.ts";
import { daemonRequests } from "./system-workloads.ts";

/** Pods that do not go by themselves within this time are deleted. DigitalOcean waits 30 minutes. */
const drainMilliseconds = 60_000;

export interface Reconciler {
  /** One round; does nothing when everything is as wanted. */
  round(): Promise<void>;
}

export function reconciler(paths: ClusterPaths, api: Api, log: (line: string) => void): Reconciler {
  let idleSince: Readonly<Record<string, number>> = {};
  let written = readNodes(paths);
  return {
    async round() {
      const record = readRecord(paths);
      if (!record) return;
      const wanted = readPools(paths);
      const [nodes, pods, services] = await Promise.all([
        list<KubeNode>(api, "nodes"),
        list<KubePod>(api, "pods"),
        list<KubeService>(api, "services"),
      ]);
      const plan = planPools({
        region: record.region,
        version: record.version,
        pools: wanted.pools,
        nodes: plannedNodes(nodes, pods),
        waiting: pods.filter(({ spec }) => !spec.nodeName),
        targets: written?.targets ?? {},
        idleSince,
        now: Date.now(),
        idleSeconds: record.idleSeconds,
        daemons: daemonRequests,
      });
      idleSince = plan.idleSince;
      await carryOut(plan, { api, log, record, nodes, pods });
      await correctNodes(api, record, nodes, wanted.pools);
      await balanceLoad(api, services, record.name, log);
      await liftScaledObjects(api, log);
      await answerMetricsApi(api, log);
      const seen: SeenNodes = {
        revision: plan.create.length === 0 && plan.drain.length === 0 ? wanted.revision : (written?.revision ?? 0),
        nodes: nodes.filter(isPoolNode).map(seenNode),
        targets: plan.targets,
      };
      if (JSON.stringify(seen) !== JSON.stringify(written)) writeNodes(paths, seen);
      written = seen;
    },
  };
}

async function list<T>(api: Api, resource: string): Promise<readonly T[]> {
  // resourceVersion 0 is answered from the API server's memory, without asking etcd.
  const { items } = await api.call<List<T>>("GET", `/api/v1/${resource}?resourceVersion=0`);
  return items;
}

const isPoolNode = ({ metadata }: KubeNode) => metadata.labels?.[poolIdLabel] !== undefined;

function plannedNodes(nodes: readonly KubeNode[], pods: readonly KubePod[]): PlannedNode[] {
  const byNode = Map.groupBy(pods, ({ spec }) => spec.nodeName);
  return nodes.filter(isPoolNode).map(({ metadata, status }) => ({
    name: metadata.name,
    poolId: metadata.labels?.[poolIdLabel] ?? "",
    createdAt: Date.parse(metadata.creationTimestamp ?? ""),
    ready: hasCondition(status?.conditions, "Ready", "True"),
    draining: metadata.annotations?.[drainingAnnotation] !== undefined,
    pods: byNode.get(metadata.name) ?? [],
  }));
}

interface Scene {
  readonly api: Api;
  readonly log: (line: string) => void;
  readonly record: ClusterRecord;
  readonly nodes: readonly KubeNode[];
  readonly pods: readonly KubePod[];
}

async function carryOut(plan: Plan, scene: Scene): Promise<void> {
  const { api, log, record, nodes } = scene;
  const known = [...nodes];
  for (const { pool, count } of plan.create) {
    log(`node pool ${pool.name}: adding ${count} node(s), ${plan.targets[pool.id]?.target} in all`);
    for (let made = 0; made < count; made++) {
      const context = { region: record.region, version: record.version, name: newNodeName(pool) };
      known.push(
        await api.call<KubeNode>("POST", "/api/v1/nodes", nodeManifest(pool, context, freeNodeAddress(known))),
      );
    }
  }
  for (const name of plan.drain) {
    log(`node ${name}: cordoned, its pods move`);
    const annotations = { [drainingAnnotation]: new Date().toISOString() };
    await api.call(
      "PATCH",
      `/api/v1/nodes/${name}`,
      { metadata: { annotations }, spec: { unschedulable: true } },
      "merge",
    );
  }
  for (const node of nodes.filter(isPoolNode)) {
    if (node.metadata.annotations?.[drainingAnnotation]) await drain(node, scene);
  }
}

/** Moves pods off a cordoned node, as far as disruption budgets allow now; removes the node once it is empty. */
async function drain({ metadata }: KubeNode, { api, log, pods }: Scene): Promise<void> {
  const here = pods.filter(({ spec }) => spec.nodeName === metadata.name);
  const leaving = here.filter((pod) => !isDaemon(pod) && !isFinished(pod));
  const late = Date.now() - Date.parse(metadata.annotations?.[drainingAnnotation] ?? "") > drainMilliseconds;
  for (const pod of leaving.filter(({ metadata }) => !metadata.deletionTimestamp)) {
    const path = podPath(pod);
    const { name, namespace } = pod.metadata;
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
    await tolerate([404, 429], late ? api.call("DELETE", path) : api.call("POST", `${path}/eviction`, eviction));
  }
  if (leaving.length > 0) return;
  await tolerate([404], api.call("DELETE", `/api/v1/nodes/${metadata.name}`));
  // Nobody is left on the node to end its daemons; the API server's own clean-up would wait most of a minute.
  for (const pod of here) await tolerate([404], api.call("DELETE", `${podPath(pod)}?gracePeriodSeconds=0`));
  log(`node ${metadata.name}: removed`);
}

function podPath({ metadata }: KubePod): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}

async function correctNodes(
  api: Api,
  { region, version }: ClusterRecord,
  nodes: readonly KubeNode[],
  pools: ReturnType<typeof readPools>["pools"],
): Promise<void> {
  for (const node of nodes) {
    const pool = pools.find(({ id }) => id === node.metadata.labels?.[poolIdLabel]);
    const correction = pool && nodeCorrection(node, pool, { region, version });
    if (correction)
      await tolerate([404], api.call("PATCH", `/api/v1/nodes/${node.metadata.name}`, correction, "merge"));
  }
}

async function balanceLoad(
  api: Api,
  services: readonly KubeService[],
  cluster: string,
  log: (line: string) => void,
): Promise<void> {
  for (const { service, annotations, ingress } of loadBalancerChanges(services, cluster)) {
    const { name, namespace } = service.metadata;
    const path = `/api/v1/namespaces/${namespace}/services/${name}`;
    const status = { loadBalancer: { ingress } };
    await tolerate([404, 409], api.call("PATCH", path, { metadata: { annotations } }, "merge"));
    await tolerate([404, 409], api.call("PATCH", `${path}/status`, { status }, "merge"));
    const shown = ingress.map(({ ip, hostname }) => hostname ?? ip).join(", ");
    log(`service ${namespace}/${name}: load balancer ${shown || "removed"}`);
  }
}

/** Lets the listed refusals pass: the object is gone, or another round will do it. */
async function tolerate(statuses: readonly number[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ApiError && statuses.includes(error.status))) throw error;
  }
}
