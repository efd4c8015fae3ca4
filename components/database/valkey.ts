// A managed Valkey instance with its firewall.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { trustedSources, valkeyInputs, type DatabasePlace, type EvictionPolicy } from "./inputs.ts";
import type { ValkeySettings } from "./settings.ts";

export interface ValkeyArgs extends DatabasePlace {
  /** What it is for; part of the physical name. */
  readonly use: string;
  readonly settings: ValkeySettings;
  readonly evictionPolicy: EvictionPolicy;
  /** The only cluster that may connect. */
  readonly kubernetesId: pulumi.Input<string>;
  readonly protect: boolean;
}

/** Valkey over TLS that only the cluster reaches. The platform makes no backups of it. */
export class Valkey extends pulumi.ComponentResource {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** Secret: `rediss://user:password@host:port`. */
  readonly url: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly clusterUrn: pulumi.Output<string>;

  constructor(name: string, args: ValkeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:database:Valkey", name, {}, opts);
    const inputs = valkeyInputs(args, args.use, args.settings, args.evictionPolicy);
    const cluster = new digitalocean.DatabaseCluster(`${name}-cluster`, inputs, {
      parent: this,
      protect: args.protect,
    });
    const firewall = new digitalocean.DatabaseFirewall(
      `${name}-firewall`,
      { clusterId: cluster.id, rules: trustedSources(args.kubernetesId) },
      // Deleting the rules lets everybody in; they go with the database.
      { parent: this, retainOnDelete: true },
    );
    this.host = cluster.privateHost;
    this.port = cluster.port;
    // The address is given away only once the cluster may connect.
    this.url = pulumi.secret(pulumi.all([cluster.privateUri, firewall.id]).apply(([url]) => url));
    this.clusterUrn = cluster.clusterUrn;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}
