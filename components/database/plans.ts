// What a managed PostgreSQL plan offers: the connections that its memory allows, and the disk that comes with it.
import { databaseSizes, memoryGib } from "./catalogue.ts";

/**
 * Connections that clients and pools may have open at the same time: 25 for each GiB, 3 kept by the platform, never more than 997
 * (docs.digitalocean.com PostgreSQL limits, 5 Nov 2025). No setting of the database changes it, and a standby adds none.
 */
export function connectionLimit(size: string): number | undefined {
  const memory = memoryGib(size);
  return memory === undefined ? undefined : Math.min(memory * 25 - 3, 997);
}

/** The first size of the same line, or of the plainest, that allows so many connections; undefined when none does. */
export function sizeWithConnections(connections: number, like: string): string | undefined {
  const enough = databaseSizes("postgresql").filter((size) => (connectionLimit(size) ?? 0) >= connections);
  return (
    enough.find((size) => lineOf(size) === lineOf(like)) ?? enough.find((size) => lineOf(size) === "db-s") ?? enough[0]
  );
}

/** `gd-2vcpu-8gb` → `gd`, `db-s-2vcpu-4gb` → `db-s`. */
function lineOf(size: string): string {
  return size.replace(/-\d+vcpu-\d+gb$/, "");
}

/** Disk in GiB that comes with plans of the line db-s, by memory (capture of the plans by a third party, 2025; facts section 4). */
const includedGib: ReadonlyMap<number, number> = new Map([
  [1, 10],
  [2, 30],
  [4, 60],
  [8, 113],
]);

/** Disk that comes with the plan, in GiB; undefined where no source tells. */
export function includedStorageGib(size: string): number | undefined {
  const memory = memoryGib(size);
  return lineOf(size) === "db-s" && memory !== undefined ? includedGib.get(memory) : undefined;
}
