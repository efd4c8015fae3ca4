// Kubernetes clusters and node pools: objects of the account with a real API server, scheduler and simulated nodes behind them.
import type { RunningCluster } from "../../cluster/index.ts";
import { CloudError, type Context, type Hooks, type Properties } from "../contract.ts";
import { object, objects, text } from "../shared/values.ts";
import { clusterEngine } from "./cluster-engine.ts";
import { poolMinimum } from "./droplets.ts";
import { objectsOf, requireFree, requireParent, tokenOf } from "./guards.ts";
import { requireCluster, requirePool } from "./kubernetes-rules.ts";
import { defaultPool, deletingKey, nodeOutputs, wantedPools } from "./pools.ts";
import { compareVersions } from "./replacement.ts";
import { publicAddress } from "./secrets.ts";

/** Ranges of a cluster that names none (product documentation, November 2025). */
const defaultRanges = { clusterSubnet: "10.244.0.0/16", serviceSubnet: "10.245.0.0/16" };

/** Control planes are highly available by default from 1.36 on. */
function highlyAvailable(inputs: Properties): boolean {
  const given = inputs["ha"];
  return typeof given === "boolean"
    ? given
    : (compareVersions(text(inputs, "version") ?? "", "1.36.0-do.0") ?? -1) >= 0;
}

function clusterOutputs(ctx: Context, id: string, inputs: Properties, old: Properties): Properties {
  const ha = highlyAvailable(inputs);
  const policy = object(inputs, "maintenancePolicy");
  return {
    ...defaultRanges,
    clusterUrn: `do:kubernetes:${id}`,
    ha,
    // Highly available control planes have no address of their own.
    ipv4Address: ha ? "" : (text(old, "ipv4Address") ?? publicAddress(ctx.account.nextNumber("public-address"))),
    maintenancePolicy: {
      day: text(policy, "day") ?? "any",
      startTime: text(policy, "startTime") ?? "06:00",
      duration: "4h0m0s",
    },
    status: "running",
    createdAt: text(old, "createdAt") ?? ctx.now(),
    updatedAt: ctx.now(),
    ...Object.fromEntries(
      ["clusterSubnet", "serviceSubnet"].flatMap((key) =>
        text(inputs, key) === undefined ? [] : [[key, text(inputs, key) ?? ""]],
      ),
    ),
  };
}

/** The outputs that say how to reach the API server. */
function access(running: RunningCluster): Properties {
  const { endpoint, caCertificate, token, kubeconfig, expiresAt } = running;
  const config = { rawConfig: kubeconfig, host: endpoint, clusterCaCertificate: caCertificate, token, expiresAt };
  return { endpoint, kubeConfigs: [{ ...config, clientCertificate: "", clientKey: "" }] };
}

async function startControlPlane(ctx: Context, id: string, state: Properties): Promise<Properties> {
  const engine = await clusterEngine();
  const running = await engine.startCluster(ctx.home, {
    id,
    name: text(state, "name") ?? id,
    version: text(state, "version") ?? "",
    region: text(state, "region") ?? "",
    clusterSubnet: text(state, "clusterSubnet") ?? defaultRanges.clusterSubnet,
    serviceSubnet: text(state, "serviceSubnet") ?? defaultRanges.serviceSubnet,
  });
  return access(running);
}

/** Declares all pools of the cluster and waits for one of them. */
async function reconcile(ctx: Context, clusterId: string, poolId: string): Promise<Properties> {
  const engine = await clusterEngine();
  await engine.setNodePools(ctx.home, clusterId, wantedPools(ctx, clusterId));
  return nodeOutputs(await engine.waitForNodePool(ctx.home, clusterId, poolId));
}

async function withDefaultPool(ctx: Context, id: string, state: Properties): Promise<Properties> {
  const pool = object(state, "nodePool");
  return { nodePool: { ...pool, ...(await reconcile(ctx, id, text(pool, "id") ?? "")) } };
}

/** Reads the nodes of a pool; a cluster that was stopped keeps what is known of it. */
async function seenNodes(ctx: Context, clusterId: string, poolId: string): Promise<Properties> {
  try {
    return nodeOutputs(await (await clusterEngine()).poolNodes(ctx.home, clusterId, poolId));
  } catch (error) {
    ctx.log("debug", `nodes of pool ${poolId} not read: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
}

async function bringUp(ctx: Context, id: string, state: Properties): Promise<Properties> {
  const reached = await startControlPlane(ctx, id, state);
  return { ...reached, ...(await withDefaultPool(ctx, id, state)) };
}

const cluster: Hooks = {
  validate: requireCluster,
  outputs: (ctx, id, inputs, previous) => ({
    ...clusterOutputs(ctx, id, inputs, previous?.object ?? {}),
    nodePool: defaultPool(inputs, previous),
  }),
  async start(ctx, id, state) {
    try {
      return await bringUp(ctx, id, state);
    } catch (error) {
      await (await clusterEngine()).deleteCluster(ctx.home, id);
      throw error;
    }
  },
  change: (ctx, id, state) => bringUp(ctx, id, state),
  async refresh(ctx, id, state) {
    // A run that was killed may have left the creation half done: it is finished here.
    if (objects(state, "kubeConfigs").length === 0) return bringUp(ctx, id, state);
    const pool = object(state, "nodePool");
    const nodes = await seenNodes(ctx, id, text(pool, "id") ?? "");
    // Its port may have moved since, and its token ends after a week; cheap where the cluster runs.
    return { ...(await startControlPlane(ctx, id, state)), nodePool: { ...pool, ...nodes } };
  },
  async stop(ctx, id) {
    await (await clusterEngine()).deleteCluster(ctx.home, id);
  },
  removed(ctx, { id }) {
    // Its pools go with it.
    for (const pool of objectsOf(ctx, "KubernetesNodePool"))
      if (pool.object["clusterId"] === id) ctx.account.remove(pool.type, pool.id);
  },
};

const nodePool: Hooks = {
  validate(ctx, inputs, previous) {
    const clusterId = text(inputs, "clusterId");
    const owner = requireParent(ctx, "KubernetesCluster", clusterId, "clusterId");
    const siblings = objectsOf(ctx, "KubernetesNodePool").filter(({ object: pool }) => pool["clusterId"] === clusterId);
    requireFree(ctx, "KubernetesNodePool", "name", inputs, previous, siblings);
    if (object(owner?.object ?? {}, "nodePool")["name"] === inputs["name"])
      throw new CloudError(
        "conflict",
        `${text(inputs, "name")} is the name of the default pool; choose another`,
        "name",
      );
    requirePool(ctx, inputs, "", previous?.id);
  },
  outputs: (_ctx, _id, _inputs, previous) => ({
    actualNodeCount: previous?.object["actualNodeCount"] ?? 0,
    nodes: previous?.object["nodes"] ?? [],
  }),
  start: (ctx, id, state) => reconcile(ctx, text(state, "clusterId") ?? "", id),
  change: (ctx, id, state) => reconcile(ctx, text(state, "clusterId") ?? "", id),
  async refresh(ctx, id, state) {
    const clusterId = text(state, "clusterId") ?? "";
    const seen = await seenNodes(ctx, clusterId, id);
    // No nodes at all: the pool may never have been declared, because the run that created it was killed.
    return seen["actualNodeCount"] === 0 && poolMinimum(state) > 0 ? reconcile(ctx, clusterId, id) : seen;
  },
  guardDelete(ctx, { id, object: pool }) {
    ctx.account.put(ctx.type, id, { ...pool, [deletingKey]: true });
  },
  async stop(ctx, _id, state) {
    const clusterId = text(state, "clusterId") ?? "";
    if (!ctx.account.get(tokenOf("KubernetesCluster"), clusterId)) return;
    await (await clusterEngine()).setNodePools(ctx.home, clusterId, wantedPools(ctx, clusterId));
  },
};

/** Hooks by class name. */
export const kubernetesHooks: Readonly<Record<string, Hooks>> = {
  KubernetesCluster: cluster,
  KubernetesNodePool: nodePool,
};
