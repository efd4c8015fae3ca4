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
  const { controlPlaneFirewall } = settings;
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
    // A new node comes before an old one goes. Not a setting: the provider cannot turn it off again (facts section 1, trap 8).
    surgeUpgrade: true,
    maintenancePolicy: { day: settings.maintenance.day, startTime: settings.maintenance.hour },
    clusterAutoscalerConfigurations: [autoscalerInputs(settings)],
    ...(controlPlaneFirewall && { controlPlaneFirewall }),
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

/** `expanders` only where somebody chose one: the API's and the provider's spelling of `least-waste` differ (facts section 5). */
function autoscalerInputs({ autoscaler }: KubernetesSettings) {
  const { expander, ...shrinking } = autoscaler;
  return { ...shrinking, ...(expander && { expanders: [expander] }) };
}

/** Physical name of a pool. The size is part of it, so that a pool of another size can stand beside the old one. */
export function nodePoolName(prefix: string, pool: string, { size }: Pick<NodePoolSettings, "size">): string {
  // Nodes are called after their pool, and no host name has an underscore.
  return `${prefix}-${pool}-${size.replaceAll("_", "-")}`;
}

/** Inputs of one autoscaled pool; `nodeCount` is left out because the autoscaler owns it. */
export function nodePoolInputs(
  prefix: string,
  pool: string,
  settings: NodePoolSettings,
  clusterId: pulumi.Input<string>,
): digitalocean.KubernetesNodePoolArgs {
  return {
    clusterId,
    name: nodePoolName(prefix, pool, settings),
    size: settings.size,
    autoScale: true,
    minNodes: settings.min,
    maxNodes: settings.max,
    labels: { ...settings.labels, [poolKey]: pool },
    taints: poolTaints(pool, settings),
    tags: [prefix, `${prefix}-${pool}`],
  };
}

/** All taints of a pool's nodes: its own where it is dedicated, then those of the settings. */
export function poolTaints(pool: string, settings: Pick<NodePoolSettings, "dedicated" | "taints">) {
  const own = { key: poolKey, value: pool, effect: "NoSchedule" as const };
  return [...(settings.dedicated ? [own] : []), ...settings.taints];
}
