// Takes out of the settings what is over: from here on a worker whose last day has passed counts as removed, everywhere.
import { endedWorkers, workersInService } from "../components/workers/term.ts";
import type { Settings } from "./settings-schema.ts";

/** @param today in UTC, for example 2026-12-31 */
export function inService<Some extends Partial<Settings>>(settings: Some, today: string): Some {
  const { workers, tailnet } = settings;
  if (workers === undefined) return settings;
  const ended = endedWorkers(workers, today);
  return {
    ...settings,
    workers: workersInService(workers, today),
    ...(tailnet && {
      tailnet: { ...tailnet, access: { ...tailnet.access, worker: without(tailnet.access.worker, ended) } },
    }),
  };
}

function without<Value>(values: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
