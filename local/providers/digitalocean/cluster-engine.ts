// The real Kubernetes behind an emulated cluster, behind an interface: loaded only when a cluster is made, replaced by a fake in tests.
import type { ClusterSpec, NodePoolSpec, PoolNode, RunningCluster } from "../../cluster/index.ts";

/** What the Kubernetes resources need of the local clusters. `home` is the `.local` folder. */
export interface ClusterEngine {
  startCluster(home: string, spec: ClusterSpec): Promise<RunningCluster>;
  deleteCluster(home: string, id: string): Promise<void>;
  setNodePools(home: string, clusterId: string, pools: NodePoolSpec[]): Promise<void> | void;
  waitForNodePool(home: string, clusterId: string, poolId: string): Promise<PoolNode[]>;
  poolNodes(home: string, clusterId: string, poolId: string): Promise<PoolNode[]>;
}

let replaced: ClusterEngine | undefined;

/** Uses another engine from now on; `undefined` brings the real one back. For tests. */
export function replaceClusterEngine(engine: ClusterEngine | undefined): void {
  replaced = engine;
}

/** The engine: the real one is loaded at the first use, since a plugin that makes no cluster should not pay for it. */
export async function clusterEngine(): Promise<ClusterEngine> {
  return replaced ?? (await import("../../cluster/index.ts"));
}
