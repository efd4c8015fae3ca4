// Runs one program to its end, with its output kept, and ended together with this process.
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Takes each line of standard output and standard error as it comes. */
  readonly onLine?: (line: string) => void;
  /** File to which both outputs are appended. */
  readonly log?: string;
  /** The program is ended after so many seconds. @default no limit */
  readonly timeoutSeconds?: number;
}

export interface RunResult {
  /** Exit code; `undefined` when it could not be started or was ended by a signal. */
  readonly code: number | undefined;
  /** Standard output and standard error in the order in which they came. */
  readonly output: string;
  /** The program is not there. */
  readonly missing: boolean;
  /** This process was told to end, and ended the program. */
  readonly interrupted: boolean;
}

const running = new Set<ChildProcess>();
let interrupted = false;
const endings: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Never throws for what the program does: the caller knows what a failure means. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: (options.timeoutSeconds ?? 0) * 1000,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (options.log !== undefined) appendFileSync(options.log, `${line}\n`);
      options.onLine?.(line);
    });
  }
  keepTrack(child);
  return new Promise((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      forget(child);
      resolve({ code: undefined, output: error.message, missing: error.code === "ENOENT", interrupted });
    });
    child.once("close", (code) => {
      forget(child);
      resolve({ code: code ?? undefined, output: lines.join("\n"), missing: false, interrupted });
    });
  });
}

/** A build that outlives an interrupted `npm start` would keep both cores busy for minutes. */
function keepTrack(child: ChildProcess): void {
  if (running.size === 0) {
    process.on("exit", endAll);
    for (const signal of endings) process.on(signal, endOnSignal);
  }
  running.add(child);
}

function forget(child: ChildProcess): void {
  running.delete(child);
  if (running.size === 0) stopListening();
}

function endOnSignal(signal: NodeJS.Signals): void {
  interrupted = true;
  endAll();
  stopListening();
  // With our listener gone, the signal has its ordinary effect, unless somebody else listens too and has heard it already.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/** `go` cleans up after SIGINT, and not after SIGTERM. */
function endAll(): void {
  for (const child of running) child.kill("SIGINT");
}

function stopListening(): void {
  process.off("exit", endAll);
  for (const signal of endings) process.off(signal, endOnSignal);
}
