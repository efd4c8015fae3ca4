// Empties the queue into the CDN's API, as fast as its limits allow and no faster.
import type { CdnApi, Outcome } from "./cdn-api.ts";
import type { Clock } from "./clock.ts";
import type { Journal } from "./journal.ts";
import type { Metrics } from "./metrics.ts";
import type { PurgeQueue } from "./purge-queue.ts";
import { RateWindow } from "./rate-window.ts";

export interface PurgerParts {
  readonly api: CdnApi;
  readonly queue: PurgeQueue;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** Jobs of one deletion come within a second or two of each other; together they are one call. */
const gatherMs = 2000;
const firstBackOffMs = 1000;
const longestBackOffMs = 5 * 60_000;

export class Purger {
  readonly #parts: PurgerParts;
  readonly #windows: readonly { readonly unit: "requests" | "files"; readonly window: RateWindow }[];
  readonly #stopping = new AbortController();
  #failures = 0;
  /** Most paths in the next call; fewer while one that the CDN refuses is looked for. */
  #most: number;

  constructor(parts: PurgerParts) {
    this.#parts = parts;
    this.#most = parts.api.batch;
    this.#windows = parts.api.limits.map((limit) => ({ unit: limit.unit, window: new RateWindow(limit) }));
  }

  /** Works until `stop` was called and nothing waits any more. */
  async run(): Promise<void> {
    const { queue, clock } = this.#parts;
    const { signal } = this.#stopping;
    for (;;) {
      if (!signal.aborted) await queue.filled();
      if (queue.size === 0 && signal.aborted) return;
      if (queue.size > 0 && queue.size < this.#parts.api.batch) await clock.sleep(gatherMs, signal);
      if (queue.size > 0) await this.#sendSome();
    }
  }

  /** Ends `run` once the rest is purged: as folders, so that a few calls are enough. */
  stop(): void {
    this.#parts.queue.crowd(this.#parts.api.crowding.to);
    this.#stopping.abort();
    this.#parts.queue.wake();
  }

  async #sendSome(): Promise<void> {
    const { api, queue, journal, clock } = this.#parts;
    await this.#waitForLimits();
    const paths = queue.take(Math.min(this.#most, this.#free("files")));
    const outcome = await api.purge(paths);
    for (const { unit, window } of this.#windows) window.count(unit === "files" ? paths.length : 1, clock.now());
    const wait = this.#settle(paths, outcome);
    journal.replace(queue.paths());
    // Also while stopping: a call that comes too early is a call lost.
    if (wait > 0) await clock.sleep(wait);
  }

  /** A full batch where one waits: half-empty calls would use up the calls before the files. */
  async #waitForLimits(): Promise<void> {
    const { queue, clock } = this.#parts;
    for (;;) {
      const wanted = Math.min(this.#most, queue.size);
      const wait = Math.max(
        ...this.#windows.map(({ unit, window }) => window.waitFor(unit === "files" ? wanted : 1, clock.now())),
      );
      if (wait <= 0) return;
      await clock.sleep(wait);
    }
  }

  #free(wanted: "requests" | "files"): number {
    const free = this.#windows
      .filter(({ unit }) => unit === wanted)
      .map(({ window }) => window.free(this.#parts.clock.now()));
    return Math.min(...free);
  }

  /** @returns milliseconds to wait before the next call */
  #settle(paths: readonly string[], outcome: Outcome): number {
    const { queue, metrics, log } = this.#parts;
    metrics.lockedOut = outcome.kind === "locked-out";
    if (outcome.kind === "done") {
      this.#failures = 0;
      this.#most = Math.min(this.#parts.api.batch, this.#most * 2);
      metrics.add("purged", paths.length);
      log("purged", { paths: paths.length, waiting: queue.size });
      return 0;
    }
    const { reason } = outcome;
    if (outcome.kind === "refused") return this.#sift(paths, reason);
    queue.putBack(paths);
    metrics.add("retries");
    const wait = Math.max(this.#backOff(), outcome.kind === "later" ? (outcome.afterMs ?? 0) : longestBackOffMs);
    log(outcome.kind === "later" ? "will purge again" : "the CDN turns us away; see to the token and the endpoint", {
      reason,
      waitMs: wait,
      waiting: queue.size,
    });
    return wait;
  }

  /** One bad path must not hold up the others: halves are tried apart until it stands alone, and then it is given up. */
  #sift(paths: readonly string[], reason: string): number {
    const { queue, metrics, log } = this.#parts;
    if (paths.length === 1) {
      metrics.add("dropped");
      log("given up", { reason, path: paths[0] });
      return 0;
    }
    this.#most = Math.ceil(paths.length / 2);
    metrics.add("retries");
    log("will purge in halves", { reason, paths: paths.length });
    queue.putBack(paths);
    return 0;
  }

  #backOff(): number {
    this.#failures += 1;
    return Math.min(longestBackOffMs, firstBackOffMs * 2 ** (this.#failures - 1));
  }
}
