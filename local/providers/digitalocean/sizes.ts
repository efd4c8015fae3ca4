// Droplet sizes as the API accepts them, and what a database size means for storage.
import { memoryGib } from "../../../components/database/catalogue.ts";
import { includedStorageGib } from "../../../components/database/plans.ts";
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

/** Storage that comes with a database size, in MiB; larger ones than any source tells have about so much for each GiB of memory. */
export function databaseStorageMib(size: string): number {
  return (includedStorageGib(size) ?? (memoryGib(size) ?? 1) * 17) * 1024;
}
