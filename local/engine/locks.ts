// Frees the stack's lock when the run that took it is dead, and refuses when it lives.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { identify, isRunning } from "../processes/process-identity.ts";
import { LocalCloudError } from "../errors.ts";

/**
 * A run that was killed leaves its lock in the file backend, and every later run would fail on it.
 * @throws LocalCloudError when the process that holds the lock is alive.
 */
export async function freeStaleLocks(home: string, stack: Stack): Promise<void> {
  const locks = readLocks(join(home, "state", ".pulumi", "locks"));
  const live = locks.find(({ pid }) => isAlive(pid));
  if (live) {
    throw new LocalCloudError(
      `another run (process ${live.pid}) is changing this stack; wait for it to end, or end it and run this again`,
    );
  }
  if (locks.length > 0) await stack.cancel();
}

/** What the engine writes into a lock, as far as it matters here. */
const lockSchema = z.object({ pid: z.int() });

function readLocks(folder: string): { pid: number }[] {
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.endsWith(".json"))
    .map((entry) => lockSchema.parse(JSON.parse(readFileSync(join(folder, entry), "utf8"))));
}

/** A dead run's number may have gone to another program since. */
function isAlive(pid: number): boolean {
  const identity = identify(pid);
  return identity !== undefined && isRunning(identity, "pulumi");
}
