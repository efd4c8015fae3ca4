// Starting and ending the supervisor of a folder from another process, and looking after what a killed one left behind.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { LocalCloudError } from "../errors.ts";
import { lastLines } from "./files.ts";
import { endProcess, identify, isRunning } from "./process-identity.ts";
import { readState, type SupervisedPaths, type SupervisorState, writeState } from "./supervisor-state.ts";
import { until } from "./waiting.ts";

/** The order in which leftovers are ended: the API server hangs when etcd goes first. */
const etcdLast = (a: string, b: string) => Number(a === "etcd") - Number(b === "etcd");

/** Nothing else: proxies, debugging switches and a test runner's settings are not meant for a daemon. */
const keptVariables = ["PATH", "HOME", "TMPDIR", "NODE_COMPILE_CACHE"];

/** Whether the supervisor that wrote the state still runs. */
export function isSupervised(paths: SupervisedPaths, state: SupervisorState | undefined): boolean {
  return state !== undefined && isRunning(state.supervisor, paths.folder);
}

/**
 * Starts the supervisor as a process of its own, which nothing that happens to this one touches.
 * @param of What it supervises, for messages.
 */
export async function startSupervisor(
  paths: SupervisedPaths,
  { program, of }: { readonly program: string; readonly of: string },
): Promise<void> {
  const log = openSync(paths.supervisorLog, "a", 0o600);
  const child = spawn(process.execPath, [program, paths.folder], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
    env: Object.fromEntries(keptVariables.map((name) => [name, process.env[name]])),
  });
  closeSync(log);
  child.unref();
  const started = child.pid === undefined ? undefined : identify(child.pid);
  if (!started) throw new LocalCloudError(`the supervisor of ${of} did not start; see ${paths.supervisorLog}`);
  // Known before it can say so itself: whoever looks now sees a start under way, not a stopped folder.
  const state = readState(paths);
  if (state?.supervisor.pid !== started.pid)
    writeState(paths, { phase: "starting", supervisor: started, children: {} });
}

/** Waits until the supervisor says that what it supervises (`of`, for messages) answers. */
export async function untilRunning(paths: SupervisedPaths, of: string, limit: number): Promise<void> {
  const details = () => `its log is ${paths.supervisorLog}, its last lines:\n${lastLines(paths.supervisorLog, 8)}`;
  await until(
    () => {
      const state = readState(paths);
      if (state?.phase === "running") return true;
      if (state?.phase === "failed") throw new LocalCloudError(`${of} did not start: ${state.message}`);
      if (isSupervised(paths, state)) return undefined;
      throw new LocalCloudError(`the supervisor of ${of} ended while starting; ${details()}`);
    },
    {
      limit,
      late: () => new LocalCloudError(`${of} did not answer within ${limit / 1000} s; ${details()}`),
    },
  );
}

/**
 * Ends the supervisor and everything it started.
 * @param patience Milliseconds for an orderly end; 0 kills at once, for data that is not needed any more.
 * @returns Names of what had outlived a supervisor that is gone.
 */
export async function endSupervisor(paths: SupervisedPaths, patience: number): Promise<string[]> {
  const state = readState(paths);
  if (!state) return [];
  const leftovers = isSupervised(paths, state)
    ? []
    : Object.entries(state.children).filter(([, identity]) => isRunning(identity, paths.folder));
  await endProcess(state.supervisor, paths.folder, patience);
  // Again from the file: an orderly end has crossed its children off, and a restart may have added one.
  const left = readState(paths) ?? state;
  const children = Object.entries(left.children).toSorted(([a], [b]) => etcdLast(a, b));
  for (const [, identity] of children) await endProcess(identity, paths.folder, Math.min(patience, 5_000));
  writeState(paths, { ...left, phase: left.phase === "failed" ? "failed" : "stopped", children: {} });
  return leftovers.map(([name]) => name);
}
