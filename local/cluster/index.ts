// Local Kubernetes clusters: start, stop, delete and list them, and declare their node pools.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { prepareControlPlane } from "../../tools/engine.ts";
import { LocalCloudError } from "../errors.ts";
import { adminApi } from "./api.ts";
import { endpointOf } from "./arguments.ts";
import { ensureFolder } from "./create.ts";
import { ensureCredentials } from "./credentials.ts";
import { endSupervisor, isSupervised, startSupervisor, untilRunning } from "../processes/daemon.ts";
import { writeAtomically } from "../processes/files.ts";
import { locked } from "../processes/locked.ts";
import { readState } from "../processes/supervisor-state.ts";
import { readCaCertificate, tokenKubeconfig } from "./kubeconfig.ts";
import { clusterPaths, type ClusterPaths, clustersFolder } from "./paths.ts";
import { readNodes, readPools, readRecord, writePools } from "./record.ts";
import { poolNode, statusOf } from "./status.ts";
import type { ClusterSpec, ClusterStatus, NodePoolSpec, PoolNode, RunningCluster } from "./types.ts";
import { until } from "../processes/waiting.ts";

export type * from "./types.ts";

const startLimit = 180_000;
const stopPatience = 40_000;
const nodesLimit = 120_000;
/** How long another process may take for what it does to the same cluster. */
const lockPatience = startLimit + stopPatience;

const supervisor = { program: join(import.meta.dirname, "supervisor.ts"), of: "the local cluster" };

export interface StartOptions {
  /** Takes what the person should know: a build under way, leftovers of a killed run, a port that had to change. */
  readonly report?: (line: string) => void;
}

/**
 * Starts the cluster, resumes it with its data, or returns at once when it runs. Waits until the API answers and all
 * custom resource definitions are served.
 * @param home The checkout's local home.
 * @throws LocalCloudError with the log's path and last lines when it does not come up.
 */
export async function startCluster(
  home: string,
  spec: ClusterSpec,
  options: StartOptions = {},
): Promise<RunningCluster> {
  const { report = () => undefined } = options;
  const paths = clusterPaths(home, spec.id);
  const binaries = await prepareControlPlane({ report });
  await locked(paths, lockPatience, async () => {
    const state = readState(paths);
    const up = isSupervised(paths, state) && (state?.phase === "running" || state?.phase === "starting");
    const leftovers = up ? [] : await endSupervisor(paths, stopPatience);
    if (leftovers.length > 0)
      report(`Ended what a killed run of cluster ${spec.name} had left: ${leftovers.join(", ")}`);
    const before = readRecord(paths)?.ports.apiServer;
    await ensureFolder(paths, spec, binaries);
    if (!up) await startSupervisor(paths, supervisor);
    await untilRunning(paths, supervisor.of, startLimit);
    const now = readRecord(paths)?.ports.apiServer;
    if (before !== undefined && before !== now) {
      report(`Port ${before} is taken by another program: cluster ${spec.name} now answers on port ${now}`);
    }
  });
  return describe(paths);
}

/** Ends the cluster's processes and keeps its data. Nothing happens when it does not run. */
export async function stopCluster(home: string, id: string): Promise<void> {
  const paths = clusterPaths(home, id);
  if (existsSync(paths.folder))
    await locked(paths, lockPatience, async () => void (await endSupervisor(paths, stopPatience)));
}

/** Ends the cluster's processes and wipes its folder. Nothing happens when there is none. */
export async function deleteCluster(home: string, id: string): Promise<void> {
  const paths = clusterPaths(home, id);
  if (!existsSync(paths.folder)) return;
  await locked(paths, lockPatience, async () => {
    await endSupervisor(paths, 0);
    rmSync(paths.folder, { recursive: true, force: true, maxRetries: 3 });
  });
}

/**
 * Declares all of the cluster's node pools; its supervisor makes and removes nodes until they agree. Written before it
 * returns its promise and without a lock: declarations made one after the other take effect in that order.
 */
export async function setNodePools(home: string, clusterId: string, pools: readonly NodePoolSpec[]): Promise<void> {
  const paths = existing(home, clusterId);
  const before = readPools(paths);
  const wanted = pools.map((pool) => ({
    ...pool,
    labels: { ...pool.labels },
    taints: pool.taints.map((taint) => ({ ...taint })),
    tags: [...pool.tags],
  }));
  if (JSON.stringify(wanted) === JSON.stringify(before.pools)) return;
  writePools(paths, { revision: before.revision + 1, pools: wanted });
}

/** Waits until the pool has as many nodes as it is to have, all running. */
export async function waitForNodePool(home: string, clusterId: string, poolId: string): Promise<PoolNode[]> {
  const paths = existing(home, clusterId);
  const { revision, pools } = readPools(paths);
  const pool = pools.find(({ id }) => id === poolId);
  if (!pool) throw new LocalCloudError(`cluster ${clusterId} has no node pool ${poolId}`);
  return until(
    () => {
      const seen = readNodes(paths);
      if (!isSupervised(paths, readState(paths))) throw notRunning(paths, clusterId);
      if (!seen || seen.revision < revision) return undefined;
      const nodes = seen.nodes.filter((node) => node.poolId === poolId && node.status !== "draining");
      const complete =
        nodes.length === seen.targets[poolId]?.target && nodes.every(({ status }) => status === "running");
      return complete ? nodes.map(poolNode) : undefined;
    },
    {
      limit: nodesLimit,
      late: () =>
        new LocalCloudError(
          `node pool ${pool.name} is not ready after ${nodesLimit / 1000} s; see ${paths.supervisorLog}`,
        ),
    },
  );
}

/** The pool's nodes as the supervisor last saw them, also when the cluster is stopped. */
export async function poolNodes(home: string, clusterId: string, poolId: string): Promise<PoolNode[]> {
  const seen = readNodes(existing(home, clusterId));
  return (seen?.nodes ?? []).filter((node) => node.poolId === poolId).map(poolNode);
}

/** Every cluster of this checkout, running or not. */
export async function listClusters(home: string): Promise<ClusterStatus[]> {
  const folder = clustersFolder(home);
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && /^[A-Za-z0-9-]+$/.test(entry.name))
    .map(({ name }) => statusOf(clusterPaths(home, name), name));
}

async function describe(paths: ClusterPaths): Promise<RunningCluster> {
  const record = readRecord(paths);
  if (!record) throw new LocalCloudError(`the cluster in ${paths.folder} was deleted while it was being started`);
  const api = adminApi(paths, record);
  try {
    await until(async () => api.call("GET", "/readyz").catch(() => undefined), {
      limit: startLimit,
      late: () =>
        new LocalCloudError(`the API server at ${endpointOf(record)} does not answer; see ${paths.supervisorLog}`),
    });
    const { token, expiresAt } = await ensureCredentials(paths, api);
    const caCertificate = readCaCertificate(paths);
    const kubeconfig = tokenKubeconfig(record, caCertificate, token);
    writeAtomically(paths.kubeconfig, kubeconfig);
    return { endpoint: endpointOf(record), caCertificate, token, kubeconfig, expiresAt };
  } finally {
    api.close();
  }
}

function existing(home: string, id: string): ClusterPaths {
  const paths = clusterPaths(home, id);
  if (!readRecord(paths)) throw new LocalCloudError(`there is no cluster ${id} in ${clustersFolder(home)}`);
  return paths;
}

function notRunning(paths: ClusterPaths, id: string): LocalCloudError {
  return new LocalCloudError(
    `cluster ${id} does not run; start it with \`npm start\`, its log is ${paths.supervisorLog}`,
  );
}
