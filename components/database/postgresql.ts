// Managed PostgreSQL: cluster, database, user and transaction pool.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { postgresqlInputs, trustedSources, type DatabasePlace } from "./inputs.ts";
import type { PostgresqlSettings } from "./settings.ts";

export interface PostgresqlArgs extends DatabasePlace {
  readonly settings: PostgresqlSettings;
  /** The only cluster that may connect. */
  readonly kubernetesId: pulumi.Input<string>;
  /** Refuses deletion and replacement: all posts and accounts are in it. */
  readonly protect: boolean;
}

/** A server address with credentials. */
export interface DatabaseLogin {
  readonly user: pulumi.Output<string>;
  /** Secret. */
  readonly password: pulumi.Output<string>;
}

/** PostgreSQL that only the cluster reaches: a transaction pool for the app, the direct port for migrations. */
export class Postgresql extends pulumi.ComponentResource {
  /** Private host; resolves to an address of the VPC. */
  readonly host: pulumi.Output<string>;
  /** Direct port, for migrations and dumps. */
  readonly port: pulumi.Output<number>;
  readonly database: pulumi.Output<string>;
  /** The app's user. */
  readonly app: DatabaseLogin;
  /** The platform's administrator, which must hand the database over to the app's user (PostgreSQL 15 rights, trap 14). */
  readonly admin: DatabaseLogin;
  /** The transaction pool; its database name is the pool's own name. */
  readonly pool: { readonly name: pulumi.Output<string>; readonly port: pulumi.Output<number> };
  /** PEM of the private authority that signed the server's certificate. */
  readonly caCertificate: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly clusterUrn: pulumi.Output<string>;

  constructor(name: string, args: PostgresqlArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:database:Postgresql", name, {}, opts);
    const { settings, protect } = args;
    const cluster = new digitalocean.DatabaseCluster(`${name}-cluster`, postgresqlInputs(args, settings), {
      parent: this,
      protect,
    });
    const clusterId = cluster.id;
    // One after the other: the platform changes a cluster's parts serially and refuses a second change meanwhile.
    const database = new digitalocean.DatabaseDb(
      `${name}-database`,
      { clusterId, name: settings.database },
      { parent: this, protect },
    );
    const user = new digitalocean.DatabaseUser(
      `${name}-user`,
      { clusterId, name: settings.user },
      { parent: this, dependsOn: database },
    );
    const pool = this.createPool(name, settings, clusterId, database, user);
    const firewall = new digitalocean.DatabaseFirewall(
      `${name}-firewall`,
      { clusterId, rules: trustedSources(args.kubernetesId) },
      // Deleting the rules lets everybody in; they go with the database.
      { parent: this, dependsOn: pool, retainOnDelete: true },
    );
    // The address is given away only once the cluster may connect, so that a migration never meets a closed door.
    this.host = pulumi.all([cluster.privateHost, firewall.id]).apply(([host]) => host);
    this.port = cluster.port;
    this.database = database.name;
    this.app = { user: user.name, password: pulumi.secret(user.password) };
    this.admin = { user: cluster.user, password: pulumi.secret(cluster.password) };
    this.pool = { name: pool.name, port: pool.port };
    this.caCertificate = digitalocean.getDatabaseCaOutput({ clusterId }, { parent: this }).certificate;
    this.clusterUrn = cluster.clusterUrn;
    this.registerOutputs({ host: this.host, port: this.port, database: this.database });
  }

  private createPool(
    name: string,
    settings: PostgresqlSettings,
    clusterId: pulumi.Output<string>,
    database: digitalocean.DatabaseDb,
    user: digitalocean.DatabaseUser,
  ): digitalocean.DatabaseConnectionPool {
    return new digitalocean.DatabaseConnectionPool(
      `${name}-pool`,
      {
        clusterId,
        // Clients name the pool where they would name the database, so both are called the same.
        name: settings.database,
        dbName: database.name,
        user: user.name,
        mode: "transaction",
        size: settings.poolSize,
      },
      // There is no update: every change makes a new pool, and its name must be free for it (D2.4).
      { parent: this, deleteBeforeReplace: true },
    );
  }
}
