// A sliding window: never more than so many units within so many milliseconds.

export interface RateLimit {
  /** What is counted: whole requests, or the files in them. */
  readonly unit: "requests" | "files";
  readonly most: number;
  readonly periodMs: number;
}

/**
 * Counts what was sent. A unit counts from the moment of the *answer*: the other side counted it some time before that, so two
 * sendings can never seem closer together there than they were here, however long a request was on its way.
 */
export class RateWindow {
  readonly #most: number;
  readonly #periodMs: number;
  #sent: { readonly at: number; readonly units: number }[] = [];

  constructor({ most, periodMs }: RateLimit) {
    this.#most = most;
    this.#periodMs = periodMs;
  }

  /** Units that may be sent now. */
  free(now: number): number {
    this.#sent = this.#sent.filter(({ at }) => now - at < this.#periodMs);
    return this.#most - this.#sent.reduce((sum, { units }) => sum + units, 0);
  }

  /** Milliseconds until at least so many units are free. */
  waitFor(units: number, now: number): number {
    let missing = Math.min(units, this.#most) - this.free(now);
    for (const { at, units: freed } of this.#sent) {
      if (missing <= 0) break;
      missing -= freed;
      if (missing <= 0) return at + this.#periodMs - now;
    }
    return 0;
  }

  count(units: number, now: number): void {
    this.#sent.push({ at: now, units });
  }
}
