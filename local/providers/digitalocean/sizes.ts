// Droplet sizes as the API accepts them, and what a database size means for connections and storage.
import { dropletSizes, type DropletSize, nearestSizes } from "../../../components/kubernetes/droplet-sizes.ts";
import { CloudError } from "../contract.ts";

/** The size of a Droplet or node, or an error with the nearest names. */
export function requireDropletSize(slug: string | undefined, property: string): DropletSize {
  const size = dropletSizes().get((slug ?? "").toLowerCase());
  if (size) return size;
  const near = nearestSizes(slug ?? "").join(", ");
  throw new CloudError(
    "unprocessable_entity",
    `${slug ?? "nothing"} is no Droplet size; did you mean ${near}?`,
    property,
  );
}

/** Disk of a node where no capture shows it: the smallest that sizes of this memory have. */
export const fallbackDiskGib = 50;

/** Memory of a database size such as `db-s-4vcpu-8gb`, in GiB. */
export function databaseMemoryGib(slug: string): number | undefined {
  const found = /(?:^|-)(\d+)gb$/.exec(slug)?.[1];
  return found === undefined ? undefined : Number(found);
}

/**
 * Connections that PostgreSQL of a size offers to clients and pools.
 * Source: the limits page of managed PostgreSQL, 5 November 2025.
 */
export function postgresConnections(memoryGib: number): number {
  const limits = [
    [1, 22],
    [2, 47],
    [4, 97],
    [8, 197],
    [16, 397],
    [32, 797],
  ] as const;
  return limits.find(([memory]) => memoryGib <= memory)?.[1] ?? 997;
}

/** Storage that comes with a database size, in MiB. Source: third-party capture of the plans, 2025; larger ones extrapolated. */
export function databaseStorageMib(memoryGib: number): number {
  const plans = [
    [1, 10],
    [2, 30],
    [4, 60],
    [8, 113],
    [16, 270],
    [32, 580],
  ] as const;
  return (plans.find(([memory]) => memoryGib <= memory)?.[1] ?? 1000) * 1024;
}
