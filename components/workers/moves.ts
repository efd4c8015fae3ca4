// Workers that would move to another region without a new key to the tailnet: the new droplet could not join.
import type { Problem } from "../problem.ts";
import { generationName } from "./key.ts";
import { dropletWorkers, type WorkerSettings } from "./settings.ts";

/** A droplet of the stack's state. */
interface SavedDroplet {
  /** Logical name. */
  readonly name: string;
  readonly region: string;
}

/** Logical name of the component with an account's workers. */
export function workersOf(account: string): string {
  return `workers-${account}`;
}

/** Another region makes another droplet, and a key works once: it was used by the old one. */
export function moveProblems(
  workers: Readonly<Record<string, WorkerSettings>>,
  saved: readonly SavedDroplet[],
): Problem[] {
  return dropletWorkers(workers).flatMap(([worker, settings]) => {
    const name = `${generationName(workersOf(settings.account), worker, settings)}-droplet`;
    const before = saved.find((droplet) => droplet.name === name);
    if (before === undefined || before.region === settings.region) return [];
    const message = `is another region than ${before.region}, where the worker runs, and its key to the tailnet is used up: set workers.${worker}.generation to ${settings.generation + 1}`;
    return [{ path: `workers.${worker}.region`, value: settings.region, message }];
  });
}
