// Where each cluster keeps its files: one folder under the checkout's local home.
import { join } from "node:path";
import { LocalCloudError } from "../errors.ts";

/** The folder that holds one folder for each cluster. */
export function clustersFolder(home: string): string {
  return join(home, "clusters");
}

export interface ClusterPaths {
  readonly folder: string;
  /** Held by the process that starts, stops or deletes the cluster. */
  readonly lock: string;
  /** Settings and ports. */
  readonly record: string;
  /** The wanted node pools. */
  readonly pools: string;
  /** What the supervisor last saw: nodes of each pool. */
  readonly nodes: string;
  /** The supervisor's own state: phase and process ids. */
  readonly state: string;
  readonly supervisorLog: string;
  readonly logs: string;
  readonly pki: string;
  readonly kubeconfigs: string;
  readonly etcd: string;
  readonly kwokConfig: string;
  readonly schedulerConfig: string;
  /** Where the API server finds the servers behind it. */
  readonly egressConfig: string;
  readonly credentials: string;
  /** The administrator's kubeconfig, with a token in it. */
  readonly kubeconfig: string;
}

/** @throws LocalCloudError when the identifier could leave the folder of clusters. */
export function clusterPaths(home: string, id: string): ClusterPaths {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(id)) {
    throw new LocalCloudError(`cluster id "${id}" is not allowed: use 1 to 63 letters, digits and dashes`);
  }
  return pathsIn(join(clustersFolder(home), id));
}

/** The same for a cluster folder that is known already; the lock is beside it, for the folder comes and goes. */
export function pathsIn(folder: string): ClusterPaths {
  return {
    folder,
    lock: `${folder}.lock`,
    record: join(folder, "cluster.json"),
    pools: join(folder, "pools.json"),
    nodes: join(folder, "nodes.json"),
    state: join(folder, "supervisor.json"),
    supervisorLog: join(folder, "supervisor.log"),
    logs: join(folder, "logs"),
    pki: join(folder, "pki"),
    kubeconfigs: join(folder, "kubeconfigs"),
    etcd: join(folder, "etcd"),
    kwokConfig: join(folder, "kwok.yaml"),
    schedulerConfig: join(folder, "scheduler.yaml"),
    egressConfig: join(folder, "egress.yaml"),
    credentials: join(folder, "credentials.json"),
    kubeconfig: join(folder, "kubeconfig"),
  };
}
