// The transaction pools: one for each kind of process, and the order in which their sizes can change.

/** Which processes connect through which pool. Queue workers outside the cluster have pools of their own. */
export const poolNames = ["web", "sidekiq", "streaming"] as const;
export type PoolName = (typeof poolNames)[number];

/** Server connections of each pool. */
export type PoolSizes = Readonly<Record<PoolName, number>>;

/** The name that clients give in place of the database's. It never changes, or all clients would have to be told. */
export function poolNameOf(database: string, pool: PoolName): string {
  return `${database}-${pool}`;
}

/**
 * The order in which pools are made or changed: those that shrink first. All pools share the connections of the cluster, and the platform
 * refuses a pool that grows before another has made room for it; by then the old one would be gone already.
 * @param before sizes after the last update; nothing on a new stack
 */
export function poolOrder(sizes: PoolSizes, before: Partial<PoolSizes>): readonly PoolName[] {
  if (Object.keys(before).length === 0) return poolNames;
  const growth = (pool: PoolName) => sizes[pool] - (before[pool] ?? 0);
  return poolNames.toSorted((one, other) => growth(one) - growth(other));
}

/**
 * Port of the platform's pooler (docs.digitalocean.com, PostgreSQL connection pools; every capture seen). It is stated here although each pool
 * tells it: what takes a pool's output is deleted whenever the pool is, since a pool is deleted before its successor is made, and
 * that would be every Deployment of the server.
 */
export const poolPort = 25_061;

/** @throws Error when the platform's pooler listens elsewhere than clients were told */
export function requirePoolPort(port: number): number {
  if (port === poolPort) return port;
  throw new Error(
    `the pool listens on port ${port}, but clients were told ${poolPort}; correct poolPort in components/database/pools.ts`,
  );
}
