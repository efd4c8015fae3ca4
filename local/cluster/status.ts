// What `status` shows of a cluster, read from its folder without asking anybody.
import { endpointOf } from "./arguments.ts";
import { isSupervised } from "../processes/daemon.ts";
import type { ClusterPaths } from "./paths.ts";
import { isRunning } from "../processes/process-identity.ts";
import { type ClusterRecord, readNodes, readRecord, type SeenNode } from "./record.ts";
import { readState, type SupervisorState } from "../processes/supervisor-state.ts";
import type { ClusterSpec, ClusterState, ClusterStatus, PoolNode } from "./types.ts";

export function statusOf(paths: ClusterPaths, id: string): ClusterStatus {
  const record = readRecord(paths);
  const state = readState(paths);
  const nodes = (readNodes(paths)?.nodes ?? []).map(({ pool, ...node }) => ({ pool, ...poolNode(node) }));
  const common = { id, pids: pidsOf(paths, state), nodes, log: paths.supervisorLog };
  if (!record) {
    const message = `${paths.record} is missing or unreadable`;
    return { ...common, name: id, spec: { id, name: id, version: "unknown" }, state: "failed", message };
  }
  const now = stateOf(paths, state);
  return {
    ...common,
    name: record.name,
    spec: specOf(record),
    state: now,
    ...(state?.message ? { message: state.message } : {}),
    ...(now === "running" ? { endpoint: endpointOf(record) } : {}),
  };
}

function stateOf(paths: ClusterPaths, state: SupervisorState | undefined): ClusterState {
  if (!state) return "stopped";
  if (isSupervised(paths, state)) return state.phase;
  return state.phase === "stopped" || state.phase === "failed" ? state.phase : "crashed";
}

function pidsOf(paths: ClusterPaths, state: SupervisorState | undefined): Record<string, number> {
  const all = Object.entries(state ? { supervisor: state.supervisor, ...state.children } : {});
  const alive = all.filter(([, identity]) => isRunning(identity, paths.folder));
  return Object.fromEntries(alive.map(([name, { pid }]) => [name, pid]));
}

function specOf({ id, name, version, region, serviceSubnet, clusterSubnet, idleSeconds }: ClusterRecord): ClusterSpec {
  return { id, name, version, region, serviceSubnet, clusterSubnet, idleSeconds };
}

/** A seen node without what only the supervisor needs. */
export function poolNode({ id, name, dropletId, status, createdAt, updatedAt }: Omit<SeenNode, "pool">): PoolNode {
  return { id, name, dropletId, status, createdAt, updatedAt };
}
