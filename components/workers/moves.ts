// Workers that would move to another region or account without another generation: the new droplet could not join, or not under its name.
import type { Problem } from "../problem.ts";
import { generationName, workerHostname } from "./key.ts";
import { dropletWorkers, type DropletSettings, type WorkerSettings } from "./settings.ts";

/** A droplet of the stack's state. */
interface SavedDroplet {
  /** Logical name. */
  readonly name: string;
  /** Name in its account, and on the tailnet. */
  readonly hostname: string;
  readonly region: string;
}

/** Logical name of the component with an account's workers. */
export function workersOf(account: string): string {
  return `workers-${account}`;
}

/**
 * Another region makes another droplet, and a key works once: it was used by the old one. In another account the new droplet has a key of its own,
 * but is there before the old one goes, whose name is taken on the tailnet.
 * @param prefix of physical names
 */
export function moveProblems(
  prefix: string,
  workers: Readonly<Record<string, WorkerSettings>>,
  saved: readonly SavedDroplet[],
): Problem[] {
  return dropletWorkers(workers).flatMap(([worker, settings]) => {
    const moved = movedSetting(prefix, worker, settings, saved);
    if (moved === undefined) return [];
    const [setting, reason] = moved;
    const message = `${reason}: set workers.${worker}.generation to ${settings.generation + 1}`;
    return [{ path: `workers.${worker}.${setting}`, value: settings[setting], message }];
  });
}

function movedSetting(
  prefix: string,
  worker: string,
  settings: DropletSettings,
  saved: readonly SavedDroplet[],
): readonly ["region" | "account", string] | undefined {
  const name = `${generationName(workersOf(settings.account), worker, settings)}-droplet`;
  const before = saved.find((droplet) => droplet.name === name);
  if (before !== undefined)
    return before.region === settings.region
      ? undefined
      : [
          "region",
          `is another region than ${before.region}, where the worker runs, and its key to the tailnet is used up`,
        ];
  const hostname = workerHostname(prefix, worker, settings);
  if (!saved.some((droplet) => droplet.hostname === hostname)) return undefined;
  return ["account", `is another account than the worker's, whose name on the tailnet, ${hostname}, is still taken`];
}
