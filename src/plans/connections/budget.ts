// The connection budget: what clients may open against what the pools offer, and the pools against what PostgreSQL allows.
import { connectionLimit } from "../../../components/database/plans.ts";
import { poolNames, type PoolName, type PoolSizes } from "../../../components/database/pools.ts";
import type { Settings } from "../../settings-schema.ts";
import { backupConnections } from "../backups.ts";
import {
  connectionsOf,
  consumersOf,
  directConsumers,
  type Consumer,
  type DirectSubjects,
  workerConnections,
} from "./consumers.ts";

/** The subjects that decide on connections. */
export type ConnectionSettings = Pick<Settings, "database" | "mastodon" | "workers"> & DirectSubjects;

interface PoolBudget {
  readonly name: PoolName;
  /** Client connections at the worst moment. */
  readonly clients: number;
  /** Server connections that so many clients need. */
  readonly needed: number;
  /** Server connections of the pool. */
  readonly size: number;
}

/** A server with a fixed number of connections. */
interface ServerBudget {
  readonly size: string;
  /** Connections that the size allows; undefined for a size whose memory is not known. */
  readonly limit: number | undefined;
  readonly used: number;
}

export interface ConnectionBudget extends ServerBudget {
  readonly consumers: readonly Consumer[];
  readonly pools: readonly PoolBudget[];
  /** Server connections of the pools that workers outside the cluster have for themselves, by worker. */
  readonly workers: Readonly<Record<string, number>>;
  /** Kept for the direct port. */
  readonly direct: number;
  /** The read replica has no pools: each client takes a connection of the server. */
  readonly replica: ServerBudget | undefined;
}

/** Pools are made in steps of this, so that one thread more does not replace a pool and cut its clients off. */
export const poolStep = 5;

/** The whole budget; it judges nothing. */
export function connectionBudget(settings: ConnectionSettings): ConnectionBudget {
  const { size, pools: given, clientsPerConnection } = settings.database.postgresql;
  const consumers = consumersOf(settings);
  const pools = poolNames.map((name): PoolBudget => {
    const clients = sum(consumers.filter(({ pool }) => pool === name).map(connectionsOf));
    const needed = Math.ceil(clients / clientsPerConnection);
    return { name, clients, needed, size: given[name] ?? Math.ceil(needed / poolStep) * poolStep };
  });
  const workers = workerConnections(settings);
  const direct = sum(directConsumers(settings).map(({ connections }) => connections));
  return {
    size,
    limit: connectionLimit(size),
    used: sum([...pools.map((pool) => pool.size), ...Object.values(workers)]) + direct,
    consumers,
    pools,
    workers,
    direct,
    replica: replicaBudget(settings, consumers),
  };
}

/** Sizes of the pools: as given, or as large as their clients need. */
export function poolSizes(settings: ConnectionSettings): PoolSizes {
  const { pools } = connectionBudget(settings);
  const sizeOf = (name: PoolName) => pools.find((pool) => pool.name === name)?.size ?? 0;
  return { web: sizeOf("web"), sidekiq: sizeOf("sidekiq"), streaming: sizeOf("streaming") };
}

/** With a replica, web and Sidekiq may open as many connections again, to it (Mastodon's `app/models/application_record.rb`). */
function replicaBudget(
  { database, backups }: ConnectionSettings,
  consumers: readonly Consumer[],
): ServerBudget | undefined {
  const { replica, size: primary } = database.postgresql;
  if (replica === undefined) return undefined;
  const size = replica.size ?? primary;
  const readers = sum(consumers.filter(({ readsReplica }) => readsReplica).map(connectionsOf));
  return { size, limit: connectionLimit(size), used: readers + backupConnections({ backups }) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
