// How long a worker is wanted: the one place where its last day is compared with today.
import type { WorkerSettings } from "./settings.ts";

type Workers = Readonly<Record<string, WorkerSettings>>;

/** Workers whose last day has not passed. @param today in UTC, for example 2026-12-31, which is still served */
export function workersInService(workers: Workers, today: string): Record<string, WorkerSettings> {
  return Object.fromEntries(Object.entries(workers).filter(([, { until }]) => until === undefined || until >= today));
}

/** Names of workers whose last day has passed. */
export function endedWorkers(workers: Workers, today: string): string[] {
  const serving = workersInService(workers, today);
  return Object.keys(workers).filter((name) => !(name in serving));
}
