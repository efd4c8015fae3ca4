// Waiting for something to become true, without asking too often.
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is not nothing.
 * @param limit Milliseconds to wait at most.
 * @param late Makes the error for when the time is over.
 */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  { limit, every = 50, late }: { limit: number; every?: number; late: () => Error },
): Promise<T> {
  for (const end = Date.now() + limit; ; await sleep(every)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw late();
  }
}
