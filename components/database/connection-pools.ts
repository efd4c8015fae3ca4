// The transaction pools as resources, in the order that keeps their sum within the cluster's connections while they change.
import * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import type { FoundDatabase, FoundUser } from "./members.ts";
import { poolNameOf, poolOrder, type PoolName, type PoolSizes } from "./pools.ts";

export interface ConnectionPoolsArgs {
  readonly clusterId: pulumi.Input<string>;
  readonly database: FoundDatabase;
  readonly user: FoundUser;
  /** The database's name, from which the pools have theirs. */
  readonly databaseName: string;
  readonly poolSizes: PoolSizes;
  /** Sizes after the last update; nothing on a new stack. They decide which pool changes first. */
  readonly previousPoolSizes: Partial<PoolSizes>;
}

type ConnectionPools = Readonly<Record<PoolName, digitalocean.DatabaseConnectionPool>>;

/** One pool for each kind of process, each after the one before: the platform changes a cluster's parts serially. */
export function createPools(name: string, args: ConnectionPoolsArgs, parent: pulumi.Resource): ConnectionPools {
  const made: Partial<Record<PoolName, digitalocean.DatabaseConnectionPool>> = {};
  let last: readonly pulumi.Resource[] = args.user.resources;
  for (const pool of poolOrder(args.poolSizes, args.previousPoolSizes)) {
    made[pool] = createPool(name, args, pool, { parent, dependsOn: [...last] });
    last = [made[pool]];
  }
  const { web, sidekiq, streaming } = made;
  if (!web || !sidekiq || !streaming) throw new Error("every pool must be made");
  return { web, sidekiq, streaming };
}

/**
 * A pool has no update: every change takes it away and makes it anew (D2.4). For these seconds its clients lose their connections and find
 * no database: requests fail, jobs go back to their queue, browsers reconnect. The other pools go on. A successor beside it is not
 * possible, since both would need connections that the cluster has only once.
 */
function createPool(
  name: string,
  { clusterId, database, user, databaseName, poolSizes }: ConnectionPoolsArgs,
  pool: PoolName,
  options: pulumi.CustomResourceOptions,
): digitalocean.DatabaseConnectionPool {
  return new digitalocean.DatabaseConnectionPool(
    `${name}-pool-${pool}`,
    {
      clusterId,
      name: poolNameOf(databaseName, pool),
      dbName: database.name,
      user: user.name,
      mode: "transaction",
      size: poolSizes[pool],
    },
    {
      ...options,
      deleteBeforeReplace: true,
      // The only pool of earlier versions; it must make room before the others come.
      aliases: pool === "web" ? [{ name: `${name}-pool` }] : [],
    },
  );
}
