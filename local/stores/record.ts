// Where a store keeps its files, and what its folder says about it.
import { join } from "node:path";
import { z } from "zod";
import { LocalCloudError } from "../errors.ts";
import { readJson, writeJson } from "../processes/files.ts";
import type { SupervisedPaths } from "../processes/supervisor-state.ts";

/** The folder that holds one folder for each store. */
export function storesFolder(home: string): string {
  return join(home, "stores");
}

/** The folder of the authority that all stores' certificates come from. */
export function authorityFolder(home: string): string {
  return join(home, "authority");
}

export interface StorePaths extends SupervisedPaths {
  /** What the store is, its ports, and the processes to run. */
  readonly record: string;
  readonly logs: string;
  /** What the kind writes: its data. */
  readonly data: string;
}

/** @throws LocalCloudError when the identifier could leave the folder of stores. */
export function storePaths(home: string, id: string): StorePaths {
  if (!storeId.test(id))
    throw new LocalCloudError(`store id "${id}" is not allowed: use 1 to 63 letters, digits and dashes`);
  return storePathsIn(join(storesFolder(home), id));
}

export const storeId = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;

/** The same for a folder that is known already. */
export function storePathsIn(folder: string): StorePaths {
  return {
    folder,
    lock: `${folder}.lock`,
    state: join(folder, "supervisor.json"),
    supervisorLog: join(folder, "supervisor.log"),
    record: join(folder, "store.json"),
    logs: join(folder, "logs"),
    data: join(folder, "data"),
  };
}

const recordSchema = z.object({
  id: z.string(),
  /** For people: `Spaces nyc3`. */
  title: z.string(),
  kind: z.string(),
  settings: z.unknown(),
  ports: z.record(z.string(), z.number()).readonly(),
  processes: z
    .array(
      z.object({
        name: z.string(),
        program: z.string(),
        args: z.array(z.string()).readonly(),
        env: z.record(z.string(), z.string()).readonly().optional(),
        user: z.object({ uid: z.number(), gid: z.number() }).optional(),
        stopSignal: z.enum(["SIGTERM", "SIGINT", "SIGQUIT"]).optional(),
      }),
    )
    .readonly(),
});
export type StoreRecord = z.infer<typeof recordSchema>;

export const readStore = (paths: StorePaths) => readJson(paths.record, recordSchema);
export const writeStore = (paths: StorePaths, record: StoreRecord) => writeJson(paths.record, record);
