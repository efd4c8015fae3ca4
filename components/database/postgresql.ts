// Managed PostgreSQL: cluster, database, user, transaction pools, firewall and parameters; if wanted, a read replica and a log sink.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import {
  parameterInputs,
  postgresqlIgnored,
  postgresqlInputs,
  trustedSources,
  type DatabasePlace,
  type TrustedSources,
} from "./inputs.ts";
import { LogSink, type LogSinkCredentials } from "./log-sink.ts";
import { poolNameOf, poolOrder, type PoolName, type PoolSizes } from "./pools.ts";
import type { PostgresqlSettings } from "./postgresql-settings.ts";
import { PostgresqlReplica } from "./replica.ts";

export interface PostgresqlArgs extends DatabasePlace, TrustedSources {
  readonly settings: PostgresqlSettings;
  readonly poolSizes: PoolSizes;
  /** Sizes after the last update; nothing on a new stack. They decide which pool changes first. */
  readonly previousPoolSizes: Partial<PoolSizes>;
  readonly logSinkCredentials: LogSinkCredentials;
  /** Refuses deletion and replacement: all posts and accounts are in it. */
  readonly protect: boolean;
}

/** A server address with credentials. */
export interface DatabaseLogin {
  readonly user: pulumi.Output<string>;
  /** Secret. */
  readonly password: pulumi.Output<string>;
}

/** What pools need of each other and of the cluster. */
interface PoolParts {
  readonly clusterId: pulumi.Output<string>;
  readonly database: digitalocean.DatabaseDb;
  readonly user: digitalocean.DatabaseUser;
}

/** PostgreSQL that only the cluster and tagged droplets reach: a transaction pool for each kind of process, the direct port for migrations. */
export class Postgresql extends pulumi.ComponentResource {
  /** DigitalOcean's id, for alerts. */
  readonly clusterId: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly clusterUrn: pulumi.Output<string>;
  /** Private host; resolves to an address of the VPC. */
  readonly host: pulumi.Output<string>;
  /** Direct port, for migrations and dumps. */
  readonly port: pulumi.Output<number>;
  readonly database: pulumi.Output<string>;
  /** The app's user. */
  readonly app: DatabaseLogin;
  /** The platform's administrator, which must hand the database over to the app's user (PostgreSQL 15 rights, trap 14). */
  readonly admin: DatabaseLogin;
  /** The transaction pools; clients give the pool's name in place of the database's. */
  readonly pools: Readonly<Record<PoolName, { readonly name: string; readonly port: pulumi.Output<number> }>>;
  /** PEM of the private authority that signed the server's certificate. */
  readonly caCertificate: pulumi.Output<string>;
  /** The server for reading, where there is one. */
  readonly replica: PostgresqlReplica | undefined;

  constructor(name: string, args: PostgresqlArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:database:Postgresql", name, {}, opts);
    const { settings, protect } = args;
    const cluster = new digitalocean.DatabaseCluster(`${name}-cluster`, postgresqlInputs(args, settings), {
      parent: this,
      protect,
      ignoreChanges: postgresqlIgnored(settings),
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
    const pools = this.createPools(name, args, { clusterId, database, user });
    const firewall = new digitalocean.DatabaseFirewall(
      `${name}-firewall`,
      { clusterId, rules: trustedSources(args) },
      // Deleting the rules lets everybody in; they go with the database.
      { parent: this, dependsOn: Object.values(pools), retainOnDelete: true },
    );
    const parameters = new digitalocean.DatabasePostgresqlConfig(
      `${name}-parameters`,
      parameterInputs(clusterId, settings),
      { parent: this, dependsOn: firewall },
    );
    this.createLogSink(name, args, clusterId, parameters);
    this.replica = this.createReplica(name, args, clusterId, parameters);
    // The address is given away only once the cluster may connect, so that a migration never meets a closed door.
    this.host = pulumi.all([cluster.privateHost, firewall.id]).apply(([host]) => host);
    this.port = cluster.port;
    this.database = database.name;
    this.app = { user: user.name, password: pulumi.secret(user.password) };
    this.admin = { user: cluster.user, password: pulumi.secret(cluster.password) };
    this.pools = {
      web: { name: poolNameOf(settings.database, "web"), port: pools.web.port },
      sidekiq: { name: poolNameOf(settings.database, "sidekiq"), port: pools.sidekiq.port },
      streaming: { name: poolNameOf(settings.database, "streaming"), port: pools.streaming.port },
    };
    this.caCertificate = digitalocean.getDatabaseCaOutput({ clusterId }, { parent: this }).certificate;
    this.clusterId = clusterId;
    this.clusterUrn = cluster.clusterUrn;
    this.registerOutputs({ host: this.host, port: this.port, database: this.database });
  }

  /** In the order that keeps their sum within the cluster's connections while they change. */
  private createPools(name: string, args: PostgresqlArgs, parts: PoolParts) {
    const made: Partial<Record<PoolName, digitalocean.DatabaseConnectionPool>> = {};
    let last: pulumi.Resource = parts.user;
    for (const pool of poolOrder(args.poolSizes, args.previousPoolSizes))
      last = made[pool] = this.createPool(name, args, parts, pool, last);
    const { web, sidekiq, streaming } = made;
    if (!web || !sidekiq || !streaming) throw new Error("every pool must be made");
    return { web, sidekiq, streaming };
  }

  /**
   * A pool has no update: every change takes it away and makes it anew (D2.4). For these seconds its clients lose their connections and find
   * no database: requests fail, jobs go back to their queue, browsers reconnect. The other pools go on. A successor beside it is not
   * possible, since both would need connections that the cluster has only once.
   */
  private createPool(
    name: string,
    { settings, poolSizes }: PostgresqlArgs,
    { clusterId, database, user }: PoolParts,
    pool: PoolName,
    after: pulumi.Resource,
  ): digitalocean.DatabaseConnectionPool {
    return new digitalocean.DatabaseConnectionPool(
      `${name}-pool-${pool}`,
      {
        clusterId,
        name: poolNameOf(settings.database, pool),
        dbName: database.name,
        user: user.name,
        mode: "transaction",
        size: poolSizes[pool],
      },
      {
        parent: this,
        dependsOn: after,
        deleteBeforeReplace: true,
        // The only pool of earlier versions; it must make room before the others come.
        aliases: pool === "web" ? [{ name: `${name}-pool` }] : [],
      },
    );
  }

  private createLogSink(
    name: string,
    { settings, prefix, logSinkCredentials: credentials }: PostgresqlArgs,
    clusterId: pulumi.Output<string>,
    after: pulumi.Resource,
  ): void {
    if (settings.logSink === undefined) return;
    const args = { prefix, clusterId, settings: settings.logSink, credentials };
    new LogSink(`${name}-log-sink`, args, { parent: this, dependsOn: after });
  }

  private createReplica(
    name: string,
    args: PostgresqlArgs,
    clusterId: pulumi.Output<string>,
    after: pulumi.Resource,
  ): PostgresqlReplica | undefined {
    const { replica, size, database } = args.settings;
    if (replica === undefined) return undefined;
    return new PostgresqlReplica(
      `${name}-replica`,
      { ...args, clusterId, size: replica.size ?? size, database },
      { parent: this, dependsOn: after },
    );
  }
}
