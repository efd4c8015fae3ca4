// Programs that a test starts beside a cluster: started again when they end, as a kubelet does, until the test ends.
import { type ChildProcess, spawn } from "node:child_process";
import { openSync, closeSync, readFileSync } from "node:fs";
import { join } from "node:path";

export class Processes {
  private readonly children = new Map<string, ChildProcess>();
  private readonly ends = new Map<string, number>();
  private readonly folder: string;
  private over = false;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** KEDA's operator ends by itself once it has new certificates, so that it starts with them. */
  start(name: string, program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    const log = openSync(join(this.folder, `${name}.log`), "a");
    const child = spawn(program, args, { stdio: ["ignore", log, log], env: { ...process.env, ...env } });
    closeSync(log);
    this.children.set(name, child);
    child.once("exit", () => {
      this.ends.set(name, (this.ends.get(name) ?? 0) + 1);
      if (!this.over) setTimeout(() => this.over || this.start(name, program, args, env), 500);
    });
  }

  /** Throws with the last lines of its log when a program ends again and again. */
  check(): void {
    for (const [name, ends] of this.ends)
      if (ends > 20) throw new Error(`${name} ends again and again:\n${this.lastLines(name)}`);
  }

  lastLines(name: string): string {
    return readFileSync(join(this.folder, `${name}.log`), "utf8")
      .split("\n")
      .slice(-15)
      .join("\n");
  }

  async end(): Promise<void> {
    this.over = true;
    await Promise.all(
      [...this.children.values()].map(
        (child) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) return resolve();
            child.once("exit", () => resolve());
            child.kill("SIGKILL");
          }),
      ),
    );
    this.children.clear();
  }
}
