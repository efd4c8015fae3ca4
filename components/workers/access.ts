// What each worker is let in with: a database user with a small pool of its own, and a key to the media bucket alone.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { userIn } from "../database/members.ts";
import { requirePoolPort } from "../database/pools.ts";
import { BucketKey } from "../storage/bucket-key.ts";

export interface WorkerAccessArgs {
  /** Names of the workers with the server connections of each one's pool. */
  readonly connections: Readonly<Record<string, number>>;
  /** Of the PostgreSQL cluster. */
  readonly clusterId: pulumi.Input<string>;
  readonly database: pulumi.Output<string>;
  /** Users that came with a cluster that is a copy. */
  readonly copied: readonly string[];
  /** The media bucket. */
  readonly bucket: pulumi.Input<string>;
  /** Physical name of a worker's Spaces key. */
  readonly keyName: (worker: string) => string;
  /** The database with its other pools: the platform changes a cluster's parts serially. */
  readonly after: pulumi.Resource;
}

/** One worker's ways in. All of it goes with the worker, and nobody else's does. */
export interface WorkerLogin {
  readonly user: pulumi.Output<string>;
  /** Secret. */
  readonly password: pulumi.Output<string>;
  /** What the worker gives in place of the database's name. */
  readonly pool: pulumi.Output<string>;
  readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  readonly secretAccessKey: pulumi.Output<string>;
}

/** Name of a worker's database user. */
export function databaseUserOf(worker: string): string {
  return `worker-${worker}`;
}

/** Users, pools and keys of all workers, wherever these run. */
export class WorkerAccess extends pulumi.ComponentResource {
  /** By name of the worker. */
  readonly logins: ReadonlyMap<string, WorkerLogin>;

  constructor(name: string, args: WorkerAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:workers:WorkerAccess", name, {}, opts);
    const logins = new Map<string, WorkerLogin>();
    let last = args.after;
    for (const [worker, size] of Object.entries(args.connections).toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    )) {
      const { user, pool } = this.createPool(`${name}-${worker}`, worker, size, args, last);
      const keyArgs = { keyName: args.keyName(worker), bucket: args.bucket, permission: "readwrite" } as const;
      const key = new BucketKey(`${name}-${worker}`, keyArgs, { parent: this });
      logins.set(worker, {
        user: user.name,
        password: user.password,
        pool: pulumi.all([pool.name, pool.port.apply(requirePoolPort)]).apply(([poolName]) => poolName),
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey,
      });
      last = pool;
    }
    this.logins = logins;
    this.registerOutputs();
  }

  /** A pool cannot change: it is taken away and made anew, since both would need connections that the cluster has only once. */
  private createPool(
    name: string,
    worker: string,
    size: number,
    { clusterId, database, copied }: WorkerAccessArgs,
    after: pulumi.Resource,
  ) {
    const login = databaseUserOf(worker);
    const user = userIn(
      `${name}-user`,
      { clusterId, name: login, copied: copied.includes(login) },
      { parent: this, dependsOn: after },
    );
    const pool = new digitalocean.DatabaseConnectionPool(
      `${name}-pool`,
      { clusterId, name: login, dbName: database, user: user.name, mode: "transaction", size },
      { parent: this, deleteBeforeReplace: true },
    );
    return { user, pool };
  }
}
