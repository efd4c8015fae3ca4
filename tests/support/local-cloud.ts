// A local cloud of its own for one test: a temporary home, the command line as a child process, and nothing left afterwards.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deleteCluster, listClusters } from "../../local/cluster/index.ts";
import { projectRoot } from "../../local/home.ts";
import { deleteStore, listStores } from "../../local/stores/index.ts";

export interface Finished {
  readonly code: number | null;
  /** Standard output and standard error together, without colours. */
  readonly text: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when the output so far matches; rejects when the command ends before. */
  readonly seen: (pattern: RegExp) => Promise<void>;
}

/** A temporary home for a local cloud. */
export function temporaryHome(): string {
  return mkdtempSync(join(tmpdir(), "mastodon-local-"));
}

/** Ends every process of the home and removes it, whatever the test did. */
export async function removeHome(home: string): Promise<void> {
  for (const { id } of await listClusters(home)) await deleteCluster(home, id);
  for (const { id } of listStores(home)) await deleteStore(home, id);
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts `node local/start.ts <args>` on the home, from a folder that has nothing to do with the project. */
export function startLocal(home: string, ...args: string[]): Running {
  const child = spawn(process.execPath, [join(projectRoot, "local", "start.ts"), ...args], {
    cwd: tmpdir(),
    env: {
      // Most tests need no real stores, and are faster without; one that does sets the variable itself.
      MASTODON_LOCAL_STORES: "emulated",
      ...process.env,
      MASTODON_LOCAL_HOME: home,
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const watchers = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const watcher of watchers) watcher();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const finished = new Promise<Finished>((resolve) => child.once("close", (code) => resolve({ code, text })));
  const seen = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(text)) resolve();
      };
      watchers.add(look);
      look();
      void finished.then(() => reject(new Error(`ended before ${pattern} was seen:\n${text}`)));
    });
  return { child, finished, seen };
}

/** Runs the command to its end. */
export function runLocal(home: string, ...args: string[]): Promise<Finished> {
  return startLocal(home, ...args).finished;
}
