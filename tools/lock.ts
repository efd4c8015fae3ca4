// A lock between processes: whoever comes second waits, and what a crashed holder left behind is taken over.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import lockfile from "proper-lockfile";

const staleAfter = 15_000; // a living holder renews its lock every five seconds
const pollEvery = 500;

/**
 * Runs `work` while holding the lock at `path` (a folder `<path>.lock` that exists only meanwhile).
 * `onWait` is called once, when somebody else holds it.
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const release = (await acquire(path)) ?? (await wait(path, onWait));
  try {
    return await work();
  } finally {
    await release().catch(() => {}); // it was taken over while this machine slept; what we made is in place all the same
  }
}

async function wait(path: string, onWait: () => void): Promise<() => Promise<void>> {
  onWait();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pollEvery));
    const release = await acquire(path);
    if (release) return release;
  }
}

async function acquire(path: string): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lockfile.lock(path, {
      realpath: false,
      stale: staleAfter,
      // Losing the lock (a laptop that slept) costs a second build at worst, because results are put in place in one step.
      onCompromised: () => {},
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ELOCKED") return undefined;
    throw error;
  }
}
