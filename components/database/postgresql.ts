// Managed PostgreSQL: cluster, database, user, transaction pools, firewall and parameters; if wanted, a read replica and a log sink.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { createPools } from "./connection-pools.ts";
import { createFirewall } from "./firewall.ts";
import {
  parameterInputs,
  postgresqlIgnored,
  postgresqlInputs,
  type DatabasePlace,
  type TrustedSources,
} from "./inputs.ts";
import { LogSink, type LogSinkCredentials } from "./log-sink.ts";
import { databaseIn, userIn } from "./members.ts";
import { poolNameOf, poolPort, requirePoolPort, type PoolName, type PoolSizes } from "./pools.ts";
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
  /** The disk as the state has it, in MiB: the platform lets it grow. @default - the database is not there yet */
  readonly heldStorageMib?: number | undefined;
}

/** A server address with credentials. */
export interface DatabaseLogin {
  readonly user: pulumi.Output<string>;
  /** Secret. */
  readonly password: pulumi.Output<string>;
}

interface PoolAccess {
  readonly name: string;
  /** For clients in the cluster: they must not depend on the pool as a resource, or would be replaced with it. */
  readonly port: number;
  /** The same as the platform tells it, for everybody else. */
  readonly checkedPort: pulumi.Output<number>;
  /** Server connections. */
  readonly size: number;
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
  readonly pools: Readonly<Record<PoolName, PoolAccess>>;
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
      ignoreChanges: postgresqlIgnored(settings, args.heldStorageMib),
    });
    const clusterId = cluster.id;
    // One after the other: the platform changes a cluster's parts serially and refuses a second change meanwhile.
    const copied = settings.restoredFrom !== undefined;
    const member = (memberName: string) => ({ clusterId, name: memberName, copied });
    const database = databaseIn(`${name}-database`, member(settings.database), { parent: this, protect });
    const after = { parent: this, dependsOn: [...database.resources] };
    const user = userIn(`${name}-user`, member(settings.user), after);
    const pools = createPools(name, { ...args, clusterId, database, user, databaseName: settings.database }, this);
    const firewall = createFirewall(name, clusterId, args, { parent: this, dependsOn: Object.values(pools) });
    const parameters = this.createParameters(name, args, clusterId, firewall);
    this.createLogSink(name, args, clusterId, parameters);
    this.replica = this.createReplica(name, args, clusterId, parameters);
    // The address is given away only once the cluster may connect, so that a migration never meets a closed door.
    this.host = pulumi.all([cluster.privateHost, firewall.id]).apply(([host]) => host);
    this.port = cluster.port;
    this.database = database.name;
    this.app = { user: user.name, password: user.password };
    this.admin = { user: cluster.user, password: pulumi.secret(cluster.password) };
    const access = (pool: PoolName): PoolAccess => ({
      name: poolNameOf(settings.database, pool),
      port: poolPort,
      checkedPort: pools[pool].port.apply(requirePoolPort),
      size: args.poolSizes[pool],
    });
    this.pools = { web: access("web"), sidekiq: access("sidekiq"), streaming: access("streaming") };
    this.caCertificate = digitalocean.getDatabaseCaOutput({ clusterId }, { parent: this }).certificate;
    this.clusterId = clusterId;
    this.clusterUrn = cluster.clusterUrn;
    this.registerOutputs({ host: this.host, port: this.port, database: this.database });
  }

  private createParameters(
    name: string,
    { settings }: PostgresqlArgs,
    clusterId: pulumi.Output<string>,
    firewall: pulumi.Resource,
  ) {
    const inputs = parameterInputs(clusterId, settings);
    return new digitalocean.DatabasePostgresqlConfig(`${name}-parameters`, inputs, {
      parent: this,
      dependsOn: firewall,
    });
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
