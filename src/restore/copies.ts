// Which backups of the database a copy holds, as their manifests tell. A backup without a manifest was never finished, and counts for nothing.
import { z } from "zod";
import { timeOf } from "./stamp.ts";
import type { Store } from "./store.ts";

/** As images/backup writes it; more may stand in it. */
const manifestSchema = z.looseObject({
  version: z.literal(1),
  server: z.string(),
  started: z.string(),
  finished: z.string(),
  file: z.looseObject({ name: z.string(), size: z.int(), sha256: z.string() }),
  postgresql: z.looseObject({ server: z.string() }),
  databaseBytes: z.number().optional(),
  tables: z.record(z.string(), z.number()),
  newestStatus: z.string().nullish(),
});

export type Manifest = z.infer<typeof manifestSchema>;

export interface Backup {
  readonly stamp: string;
  readonly manifest: Manifest;
}

/** Finished backups, newest first; at most so many are read. */
export async function backupsIn(store: Pick<Store, "list" | "read">, most = 12): Promise<Backup[]> {
  const folders = await store.list("database/", "/");
  const stamps = folders
    .map(({ key }) => key.split("/").at(1) ?? "")
    .filter((stamp) => timeOf(stamp) !== undefined)
    .toSorted()
    .toReversed();
  const found: Backup[] = [];
  for (const stamp of stamps) {
    if (found.length >= most) break;
    const files = await store.list(`database/${stamp}/`);
    const manifest = files.find(({ key }) => key.endsWith("/manifest.json"));
    if (manifest) found.push({ stamp, manifest: readManifest(await store.read(manifest.key)) });
  }
  return found;
}

/** @throws Error where it is none of this form */
export function readManifest(content: Buffer): Manifest {
  return manifestSchema.parse(JSON.parse(content.toString()));
}

/** `2 h 10 min`, `3 days`. */
export function ageOf(stamp: string, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - (timeOf(stamp)?.getTime() ?? 0)) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days`;
}

/** `1.2 GiB`. */
export function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
