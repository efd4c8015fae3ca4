// The cluster and its node pools as plain provider inputs.
import type * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesSettings, NodePoolSettings } from "./settings.ts";

/** Label and taint key by which pods choose a pool: `mastodon/pool=web`. */
export const poolKey = "mastodon/pool";

export interface ClusterPlan {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly region: string;
  /** DigitalOcean's version slug, for example `1.36.3-do.0`. */
  readonly version: string;
  readonly settings: KubernetesSettings;
}

/** Inputs of the cluster with its small fixed default pool. */
export function clusterInputs(
  { prefix, region, version, settings }: ClusterPlan,
  vpcId: pulumi.Input<string>,
): digitalocean.KubernetesClusterArgs {
  return {
    name: prefix,
    region,
    version,
    vpcUuid: vpcId,
    // Both ranges must be given, or the cluster is not VPC-native (changelog of 19 Jun 2025); neither can be changed.
    clusterSubnet: settings.clusterSubnet,
    serviceSubnet: settings.serviceSubnet,
    ha: settings.ha,
    autoUpgrade: true, // patches only, inside the window
    surgeUpgrade: true, // a new node comes before an old one goes
    maintenancePolicy: { day: settings.maintenance.day, startTime: settings.maintenance.hour },
    // Load balancers made by the cluster would outlive it, and go on costing. No data lives in the cluster.
    destroyAllAssociatedResources: true,
    nodePool: {
      name: `${prefix}-system`,
      size: settings.system.size,
      nodeCount: settings.system.nodes,
      labels: { [poolKey]: "system" },
    },
    tags: [prefix],
  };
}

/** Physical name of a pool. The size is part of it, so that a pool of another size can stand beside the old one. */
export function nodePoolName(prefix: string, pool: string, { size }: Pick<NodePoolSettings, "size">): string {
  return `${prefix}-${pool}-${size}`;
}

/** Inputs of one autoscaled pool; `nodeCount` is left out because the autoscaler owns it. */
export function nodePoolInputs(
  prefix: string,
  pool: string,
  settings: NodePoolSettings,
  clusterId: pulumi.Input<string>,
): digitalocean.KubernetesNodePoolArgs {
  const own = settings.dedicated ? [{ key: poolKey, value: pool, effect: "NoSchedule" }] : [];
  return {
    clusterId,
    name: nodePoolName(prefix, pool, settings),
    size: settings.size,
    autoScale: true,
    minNodes: settings.min,
    maxNodes: settings.max,
    labels: { ...settings.labels, [poolKey]: pool },
    taints: [...own, ...settings.taints],
    tags: [prefix, `${prefix}-${pool}`],
  };
}
