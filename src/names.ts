// Physical names that follow from the settings: they appear in bills, panels and alerts, so nothing in them is random.
import type { Settings } from "./settings-schema.ts";

/** What the names of everything in the region of the cluster begin with. */
export function placeName({ name, network }: Pick<Settings, "name" | "network">): string {
  return network.site === undefined ? name : `${name}-${network.site}`;
}

/** The bucket of each purpose: the operator's own name, or `<name>-<purpose>`. */
export function bucketNames({ name, storage, backups }: Pick<Settings, "name" | "storage" | "backups">) {
  return {
    media: storage.media.name ?? `${name}-media`,
    assets: storage.assets.name ?? `${name}-assets`,
    docs: storage.docs.name ?? `${name}-docs`,
    backups: storage.backups.name ?? `${name}-backups`,
    immutable: backups.immutable.bucket ?? `${name}-immutable`,
  };
}

/** The Spaces key of one consumer. */
export function spacesKeyName(name: string, consumer: string): string {
  return `${name}-${consumer}`;
}
