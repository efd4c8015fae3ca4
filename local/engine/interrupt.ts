// Turns the first interrupt of a run into Pulumi's own cancel, and the second into an immediate end.

/**
 * Runs `work` with a signal that is raised at the first Ctrl-C (or TERM, or a closed terminal): the engine then starts nothing new,
 * lets running operations finish and saves its state. A second interrupt ends this process at once.
 */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const names: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  let first = 0;
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      // npm passes the terminal's interrupt on as well: two within a moment are one.
      if (Date.now() - first < 1000) return;
      process.exit(130);
    }
    first = Date.now();
    console.error("\nCancelling: nothing new is started, what is under way is finished and saved ...");
    controller.abort();
  };
  for (const name of names) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, interrupt);
  }
}
