// What the managed databases are billed for.
import { includedStorageGib } from "../../../components/database/plans.ts";
import type { DatabaseSettings } from "../../../components/database/settings.ts";
import { fixedPart, type Part } from "./part.ts";

/** Each node costs the same, standby or not; a read replica is billed as a plan of its own. */
export function databaseParts({ postgresql, valkey, opensearch }: DatabaseSettings): Part[] {
  const { size, nodes, storageGib, replica } = postgresql;
  const replicaSize = replica && (replica.size ?? size);
  const extra = extraGib(size, storageGib) * nodes + (replicaSize ? extraGib(replicaSize, storageGib) : 0);
  return [
    part("PostgreSQL nodes", "pg", { size, nodes }),
    ...(replicaSize ? [part("PostgreSQL read replica", "pg", { size: replicaSize, nodes: 1 })] : []),
    fixedPart("PostgreSQL disk beyond the plan, GiB", "pg:extra-storage-gib", extra),
    part("Valkey for jobs and feeds", "valkey", valkey.queue),
    ...(valkey.cache.enabled ? [part("Valkey for the cache", "valkey", valkey.cache)] : []),
    ...(opensearch ? [part("OpenSearch nodes", "opensearch", opensearch)] : []),
  ];
}

/** GiB on each node beyond what comes with the size. Where that is not known, all of it counts: rather too much than too little. */
function extraGib(size: string, storageGib: number | undefined): number {
  return Math.max(0, (storageGib ?? 0) - (includedStorageGib(size) ?? 0));
}

function part(name: string, product: string, of: { readonly size: string; readonly nodes: number }): Part {
  return fixedPart(`${name}, ${of.size}`, `${product}:${of.size}`, of.nodes);
}
