// Remembers what waits in a file, so that a restart of the container loses nothing.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** One path a line. Not forced to the disk: it survives the end of the process, not that of the node. */
export class Journal {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** What waited when the last process ended. */
  read(): string[] {
    if (!existsSync(this.#file)) return [];
    return readFileSync(this.#file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  }

  append(paths: readonly string[]): void {
    if (paths.length > 0) appendFileSync(this.#file, `${paths.join("\n")}\n`, { mode: 0o600 });
  }

  /** Replaces everything, at once: a reader sees the old or the new list. */
  replace(paths: readonly string[]): void {
    const next = `${this.#file}.next`;
    writeFileSync(next, paths.map((path) => `${path}\n`).join(""), { mode: 0o600 });
    renameSync(next, this.#file);
  }
}
