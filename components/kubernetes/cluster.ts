// The managed Kubernetes cluster with its node pools.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { clusterInputs, nodePoolInputs, type ClusterPlan } from "./inputs.ts";

/** The version of a cluster, and whose it is in this run. */
export interface ClusterVersion {
  /** DigitalOcean's slug, for example `1.36.3-do.0`. */
  readonly slug: string;
  /**
   * The platform patches the cluster, and a lower version in code would replace it (D6.1). So the program names a version only to create
   * a cluster or to raise its minor; in all other runs differences are ignored.
   */
  readonly leftToPlatform: boolean;
}

export interface ClusterArgs extends Omit<ClusterPlan, "version"> {
  readonly version: ClusterVersion;
  readonly vpcId: pulumi.Input<string>;
  /** Refuses deletion and replacement of the cluster. */
  readonly protect: boolean;
}

/** A VPC-native cluster: a tiny fixed pool for the platform, and autoscaled pools for the server. */
export class Cluster extends pulumi.ComponentResource {
  readonly clusterId: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly clusterUrn: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  /** URL of the API server. */
  readonly endpoint: pulumi.Output<string>;
  /** Secret. Its token lives 7 days and is renewed by a refresh of this one resource (docs/architecture.md, "In operation"). */
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:kubernetes:Cluster", name, {}, opts);
    const plan = { ...args, version: args.version.slug };
    const cluster = new digitalocean.KubernetesCluster(`${name}-cluster`, clusterInputs(plan, args.vpcId), {
      parent: this,
      protect: args.protect, // replacing it takes the server down for an hour
      ignoreChanges: args.version.leftToPlatform ? ["version"] : [],
    });
    createNodePools(name, args, cluster.id, this);
    this.clusterId = cluster.id;
    this.clusterUrn = cluster.clusterUrn;
    this.clusterName = cluster.name;
    this.version = cluster.version;
    this.endpoint = cluster.endpoint;
    this.kubeconfig = pulumi.secret(cluster.kubeConfigs.apply((configs) => configs[0]?.rawConfig ?? ""));
    this.registerOutputs({ clusterId: this.clusterId, endpoint: this.endpoint, kubeconfig: this.kubeconfig });
  }
}

function createNodePools(
  name: string,
  { prefix, settings }: ClusterArgs,
  clusterId: pulumi.Output<string>,
  parent: pulumi.Resource,
): void {
  for (const [pool, poolSettings] of Object.entries(settings.pools)) {
    const inputs = nodePoolInputs(prefix, pool, poolSettings, clusterId);
    new digitalocean.KubernetesNodePool(`${name}-pool-${pool}`, inputs, {
      parent,
      ignoreChanges: ["nodeCount"], // the autoscaler owns it
      // Another size is another pool. The provider would delete the old one first, and all of its pods would have no node.
      deleteBeforeReplace: false,
    });
  }
}
