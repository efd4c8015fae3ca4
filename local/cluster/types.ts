// What callers of the local clusters say and hear: the cluster, its node pools, their nodes.

/** A cluster as the account declares it. */
export interface ClusterSpec {
  /** The cluster's identifier in the account; also its folder's name: letters, digits and dashes. */
  readonly id: string;
  readonly name: string;
  /** DigitalOcean's version slug, for example `1.36.3-do.0`; nodes carry it as a label. */
  readonly version: string;
  /** @default "tor1" */
  readonly region?: string;
  /** IPv4 range of Services. @default "10.245.0.0/16", what DOKS reserves for clusters outside a VPC's own ranges */
  readonly serviceSubnet?: string;
  /** IPv4 range of pods, a /25 of it for each node. @default "10.244.0.0/16" */
  readonly clusterSubnet?: string;
  /** Seconds without work after which an autoscaled node goes. @default 60 (DigitalOcean: 600, too long to watch on a laptop) */
  readonly idleSeconds?: number;
}

/** A cluster that answers, and how to reach it. */
export interface RunningCluster {
  /** For example `https://127.0.0.1:21443`. */
  readonly endpoint: string;
  /** Base64 of the certificate authority's PEM, as kubeconfigs carry it. */
  readonly caCertificate: string;
  /** Bearer token of an administrator. */
  readonly token: string;
  /** A kubeconfig (YAML) with the three above in it. */
  readonly kubeconfig: string;
  /** When the token ends, ISO 8601; DigitalOcean's live seven days as well. */
  readonly expiresAt: string;
}

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** A node pool as the account declares it. */
export interface NodePoolSpec {
  readonly id: string;
  readonly name: string;
  /** Droplet size slug, for example `s-4vcpu-8gb`. */
  readonly size: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly diskGib: number;
  /** How many nodes; with `autoScale` only where the pool starts. */
  readonly nodeCount?: number;
  readonly autoScale: boolean;
  readonly minNodes?: number;
  readonly maxNodes?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly tags: readonly string[];
}

/** A node of a pool, as DigitalOcean's API describes it. */
export interface PoolNode {
  readonly id: string;
  readonly name: string;
  readonly dropletId: string;
  /** `provisioning` until the node is Ready, `draining` while its pods are moved away. */
  readonly status: "provisioning" | "running" | "draining";
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `crashed`: the supervisor is gone without having been told to go. `failed`: it gave up, and `message` says why. */
export type ClusterState = "starting" | "running" | "stopping" | "stopped" | "failed" | "crashed";

export interface ClusterStatus {
  readonly id: string;
  readonly name: string;
  /** What `startCluster` takes to resume it. */
  readonly spec: ClusterSpec;
  readonly state: ClusterState;
  readonly message?: string;
  /** Process ids of the supervisor and of what it runs; only those alive. */
  readonly pids: Readonly<Record<string, number>>;
  readonly endpoint?: string;
  readonly nodes: readonly (PoolNode & { readonly pool: string })[];
  /** The supervisor's log. */
  readonly log: string;
}
