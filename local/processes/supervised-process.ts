// One process that is kept running: started again when it ends by itself, each time a little later.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { delimiter, join } from "node:path";
import { endProcess, identify, type ProcessIdentity } from "./process-identity.ts";

const firstPause = 500;
const longestPause = 30_000;
/** A process that ran this long had started well: the next end is a new trouble, not the same one again. */
const wellAfter = 60_000;

export interface ProcessSpec {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Variables beside PATH, HOME and TMPDIR. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** Numbers of the user and group that it runs as, for programs that refuse to be root. @default - the supervisor's own */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Asks it to end in order. @default SIGTERM */
  readonly stopSignal?: NodeJS.Signals;
  readonly logFile: string;
  /** Text in the command line that tells ours from strangers. */
  readonly marker: string;
}

export interface ProcessEvents {
  /** Called whenever another process stands behind the name, or none. */
  changed(): void;
  /** Called when it ended without having been told to. */
  crashed(how: string, pause: number): void;
}

export class SupervisedProcess {
  readonly spec: ProcessSpec;
  identity: ProcessIdentity | undefined;
  crashes = 0;
  #child: ChildProcess | undefined;
  #stopping = false;
  #pause = firstPause;
  #timer: NodeJS.Timeout | undefined;
  readonly #events: ProcessEvents;

  constructor(spec: ProcessSpec, events: ProcessEvents) {
    this.spec = spec;
    this.#events = events;
  }

  start(): void {
    const { program, args, logFile, user } = this.spec;
    const [command = program, ...rest] = [...diesWithParent(), program, ...args];
    const log = openSync(logFile, "a", 0o600);
    const begun = Date.now();
    // Components write only where they are told; a clean environment keeps proxies and debugging switches out.
    const { PATH, HOME, TMPDIR } = process.env;
    const env = { PATH, HOME, TMPDIR, ...this.spec.env };
    const child = spawn(command, rest, { stdio: ["ignore", log, log], env, cwd: "/", ...user });
    closeSync(log);
    this.#child = child;
    this.identity = child.pid === undefined ? undefined : identify(child.pid);
    child.once("error", (error) => this.#ended(child, error.message, begun));
    child.once("exit", (code, signal) => this.#ended(child, signal ? `signal ${signal}` : `exit code ${code}`, begun));
    this.#events.changed();
  }

  /** Ends it for good. @param patience Milliseconds it gets to end in order. */
  async stop(patience: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    if (this.identity) await endProcess(this.identity, this.spec.marker, patience, this.spec.stopSignal);
    this.identity = undefined;
    this.#events.changed();
  }

  #ended(child: ChildProcess, how: string, begun: number): void {
    if (child !== this.#child || this.#stopping) return;
    this.#child = undefined;
    this.identity = undefined;
    this.crashes += 1;
    if (Date.now() - begun > wellAfter) this.#pause = firstPause;
    const pause = this.#pause;
    this.#pause = Math.min(longestPause, pause * 2);
    this.#events.changed();
    this.#events.crashed(how, pause);
    this.#timer = setTimeout(() => this.start(), pause);
  }
}

/** On Linux the kernel ends the process with its supervisor, also when that is killed; elsewhere the next start finds what is left. */
function diesWithParent(): string[] {
  const setpriv = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "setpriv"));
  const found = process.platform === "linux" ? setpriv.find((path) => existsSync(path)) : undefined;
  return found ? [found, "--pdeathsig", "KILL"] : [];
}
