// One process at a time starts, stops or deletes what a folder holds; others wait for it.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";
import { LocalCloudError } from "../errors.ts";
import { hasCode } from "./files.ts";
import type { SupervisedPaths } from "./supervisor-state.ts";

/**
 * Runs the action while nobody else runs one on the same folder.
 * @param patience Milliseconds that another one's action may take.
 */
export async function locked<T>(
  paths: Pick<SupervisedPaths, "folder" | "lock">,
  patience: number,
  action: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(paths.folder), { recursive: true, mode: 0o700 });
  const release = await acquire(paths, patience);
  try {
    return await action();
  } finally {
    await release();
  }
}

async function acquire(
  paths: Pick<SupervisedPaths, "folder" | "lock">,
  patience: number,
): Promise<() => Promise<void>> {
  try {
    return await lock(paths.folder, {
      lockfilePath: paths.lock,
      realpath: false,
      stale: 30_000, // the holder was killed
      // On a machine too busy to renew the lock in time, going on is better than the library's way, which ends the process.
      onCompromised: () => undefined,
      retries: { forever: true, minTimeout: 50, maxTimeout: 500, maxRetryTime: patience },
    });
  } catch (error) {
    if (!hasCode(error, "ELOCKED")) throw error;
    throw new LocalCloudError(`another process has been changing ${paths.folder} for minutes; end it first`);
  }
}
