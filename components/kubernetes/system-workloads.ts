// What DOKS itself runs in a cluster and what it requests: a share of every node, and some pods on the system pool.
import type { Amounts } from "./node-resources.ts";

/** The pods of one DaemonSet or Deployment, each with these requests. */
interface SystemWorkload extends Amounts {
  readonly name: string;
}

/**
 * One pod of each on every node. Requests of the first three were seen on s-4vcpu-8gb nodes (DOKS 1.24 to 1.36, 2022 to 2026); kube-proxy
 * is missing because VPC-native clusters have Cilium in its place. A node of 2026 (1.36.3) showed 522m and 694 MiB in all, which is more
 * than their sum: the last entry is the difference, so that plans stay on the safe side.
 */
export const systemDaemons: readonly SystemWorkload[] = [
  { name: "cilium", millicores: 310, memoryMib: 310 },
  { name: "cpc-bridge-proxy", millicores: 100, memoryMib: 75 },
  { name: "do-node-agent", millicores: 102, memoryMib: 80 },
  { name: "other-node-agents", millicores: 10, memoryMib: 229 },
];

/** Pods of the cluster as a whole. They stand no taint of a pool, so they run on the system pool (the same observations). */
export const systemDeployments: readonly (SystemWorkload & { readonly replicas: number })[] = [
  { name: "coredns", millicores: 100, memoryMib: 150, replicas: 2 },
  { name: "cilium-operator", millicores: 100, memoryMib: 150, replicas: 1 },
  // Seen without requests.
  { name: "hubble-relay", millicores: 0, memoryMib: 0, replicas: 1 },
  { name: "hubble-ui", millicores: 0, memoryMib: 0, replicas: 1 },
];
