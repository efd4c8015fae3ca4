// Tells one process from another that later got the same number, so that only our own are ever ended.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process number is reused; together with the moment the process started it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words. */
  readonly started: string;
}

/** The identity of a running process; nothing when there is none with that number. */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = startedAt(pid);
  return started === undefined ? undefined : { pid, started };
}

/**
 * Whether exactly this process still runs.
 * @param marker Text that its command line must contain; our processes all name their folder.
 */
export function isRunning(identity: ProcessIdentity, marker: string): boolean {
  return startedAt(identity.pid) === identity.started && commandLine(identity.pid).includes(marker);
}

/** Ends a process: asks first, and insists when it is still there after `patience` milliseconds. Never touches a stranger. */
export async function endProcess(
  identity: ProcessIdentity,
  marker: string,
  patience: number,
  asks: NodeJS.Signals = "SIGTERM",
): Promise<void> {
  if (patience > 0) {
    signal(identity, marker, asks);
    if (await isGone(identity, marker, patience)) return;
  }
  signal(identity, marker, "SIGKILL");
  await isGone(identity, marker, 10_000);
}

async function isGone(identity: ProcessIdentity, marker: string, patience: number): Promise<boolean> {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(20)) {
    if (!isThere(identity, marker)) return true;
  }
  return !isThere(identity, marker);
}

/** Like `isRunning`, but also while it is ending: then it has no command line any more, and still holds its ports. */
function isThere({ pid, started }: ProcessIdentity, marker: string): boolean {
  if (startedAt(pid) !== started) return false;
  const command = commandLine(pid);
  return command === "" || command.includes(marker);
}

function signal(identity: ProcessIdentity, marker: string, name: NodeJS.Signals): void {
  if (!isRunning(identity, marker)) return;
  try {
    process.kill(identity.pid, name);
  } catch {
    // It ended between the look and the call.
  }
}

function startedAt(pid: number): string | undefined {
  if (process.platform !== "linux") return ps(pid, "lstart=");
  try {
    // The program's name is in brackets and may hold anything, so count the fields after it (proc(5)):
    // the first is the state, the 18th the number of threads, the 20th the start time.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie only waits for its parent to look; but while it has other threads, those still hold its files and ports.
    const ended = fields[0] === "Z" && Number(fields[17]) <= 1;
    return ended ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string {
  if (process.platform !== "linux") return ps(pid, "command=") ?? "";
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function ps(pid: number, column: string): string | undefined {
  try {
    const output = execFileSync("ps", ["-ww", "-o", column, "-p", String(pid)], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.toString("utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
