// A read replica of PostgreSQL with a firewall of its own.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { createFirewall } from "./firewall.ts";
import type { DatabasePlace, TrustedSources } from "./inputs.ts";

export interface PostgresqlReplicaArgs extends DatabasePlace, TrustedSources {
  /** Of the cluster that it follows. */
  readonly clusterId: pulumi.Input<string>;
  /** At least the cluster's; it can grow, never shrink. */
  readonly size: string;
  readonly database: string;
}

/**
 * A server that follows PostgreSQL some moments behind and takes reading off it. It has no data of its own, so it is not protected: without it
 * Mastodon reads from the primary. It has no pools: clients connect directly, with the same user and password.
 */
export class PostgresqlReplica extends pulumi.ComponentResource {
  /** Private host, in the same VPC as the primary. */
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly database: string;
  /** DigitalOcean's id of the replica as a server, for alerts. */
  readonly clusterId: pulumi.Output<string>;

  constructor(name: string, args: PostgresqlReplicaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:database:PostgresqlReplica", name, {}, opts);
    const { prefix, region, vpcId, clusterId, size, database } = args;
    const replica = new digitalocean.DatabaseReplica(
      `${name}-server`,
      { clusterId, name: `${prefix}-postgresql-replica`, region, size, privateNetworkUuid: vpcId, tags: [prefix] },
      { parent: this },
    );
    // A replica inherits no rules. The plugin knows it as a cluster by its `uuid`; its `id` is something else.
    const firewall = createFirewall(name, replica.uuid, args, { parent: this });
    this.host = pulumi.all([replica.privateHost, firewall.id]).apply(([host]) => host);
    this.port = replica.port;
    this.database = database;
    this.clusterId = replica.uuid;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}
