// The VPC in which nodes, databases and the load balancer live.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkSettings } from "./settings.ts";

export interface NetworkArgs {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly settings: NetworkSettings;
  /** Refuses deletion: the cluster and the databases cannot move to another VPC. */
  readonly protect: boolean;
}

/** Inputs of the VPC. */
function vpcInputs({ prefix, settings }: NetworkArgs): digitalocean.VpcArgs {
  return {
    name: `${prefix}-${settings.site ?? settings.region}`,
    description: "Nodes, databases and load balancer of the Mastodon server",
    region: settings.region,
    ipRange: settings.ipRange,
  };
}

/** A private network with an explicit range, so that it can be peered and never meets the pods' addresses. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:network:Network", name, {}, opts);
    const vpc = new digitalocean.Vpc(`${name}-vpc`, vpcInputs(args), { parent: this, protect: args.protect });
    this.vpcId = vpc.id;
    this.registerOutputs({ vpcId: this.vpcId });
  }
}
