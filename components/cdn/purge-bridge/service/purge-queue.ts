// What still has to be purged: each path once, and never more than so many, because a flood becomes folders.
import { collapse, isCovered } from "./collapse.ts";

export interface Crowding {
  /** Beyond so many waiting paths they become folders. */
  readonly above: number;
  /** So many remain then. */
  readonly to: number;
}

/** Paths in the order in which they came. It cannot overflow, and so never has to refuse one. */
export class PurgeQueue {
  readonly #crowding: Crowding;
  #waiting = new Set<string>();
  #folders = new Set<string>();
  #sleepers: (() => void)[] = [];

  constructor(crowding: Crowding) {
    this.#crowding = crowding;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Everything that waits, oldest first. */
  paths(): string[] {
    return [...this.#waiting];
  }

  /** @returns how many were new */
  add(paths: readonly string[]): number {
    const before = this.#waiting.size;
    for (const path of paths) if (!isCovered(path, this.#folders)) this.#put(path);
    const added = this.#waiting.size - before;
    if (this.#waiting.size > this.#crowding.above) this.crowd(this.#crowding.to);
    this.wake();
    return added;
  }

  /** Makes folders of the paths until at most so many remain. */
  crowd(most: number): void {
    if (this.#waiting.size <= most) return;
    const few = collapse(this.paths(), most);
    this.#waiting = new Set();
    this.#folders = new Set();
    for (const path of few) this.#put(path);
  }

  /** Takes the oldest paths out. */
  take(most: number): string[] {
    const taken = this.paths().slice(0, most);
    for (const path of taken) {
      this.#waiting.delete(path);
      this.#folders.delete(path);
    }
    return taken;
  }

  /** Puts paths back in front, after a failure. */
  putBack(paths: readonly string[]): void {
    const later = this.paths();
    this.#waiting = new Set();
    for (const path of [...paths, ...later]) this.#put(path);
  }

  /** Resolves when something waits, or at the next `wake`. */
  async filled(): Promise<void> {
    if (this.#waiting.size > 0) return;
    await new Promise<void>((resolve) => this.#sleepers.push(resolve));
  }

  wake(): void {
    for (const wakeUp of this.#sleepers.splice(0)) wakeUp();
  }

  #put(path: string): void {
    this.#waiting.add(path);
    if (path.endsWith("*")) this.#folders.add(path);
  }
}
