// Which pods run in which pool: those that name it, and where no taint keeps them out, those that name none.
import { workloadDemands } from "../../../components/mastodon/demand.ts";
import type { Settings } from "../../settings-schema.ts";
import { backupPods } from "../backups.ts";
import { dayTwoPods, type DayTwoSubjects } from "../day-two.ts";
import type { PodGroup } from "./nodes-needed.ts";
import { neighbourPods, type OtherPodsSettings, poollessPods } from "./other-pods.ts";

/** The settings that say what runs where. */
export type CapacitySettings = Pick<Settings, "kubernetes" | "mastodon"> & OtherPodsSettings & DayTwoSubjects;

/** Pods of one workload: how many at rest, and how many at most, with those of a roll or a job on top. */
export interface PlannedPods {
  readonly name: string;
  readonly millicores: number;
  readonly memoryMib: number;
  readonly atRest: number;
  readonly atPeak: number;
}

/** The pool that pods which ask for `wanted` run in. Without a pool for Sidekiq they all run in `web`. */
function poolOf(wanted: "web" | "sidekiq", pools: Settings["kubernetes"]["pools"]): string {
  return wanted in pools ? wanted : "web";
}

/** Everything that may run in one of the settings' pools. */
export function podsOf(pool: string, settings: CapacitySettings): PlannedPods[] {
  const { pools } = settings.kubernetes;
  const { enabled, resources } = settings.metrics;
  const own = workloadDemands(settings.mastodon, enabled ? resources.exporter : undefined)
    .filter((demand) => poolOf(demand.pool, pools) === pool)
    .map(({ name, millicores, memoryMib, replicas, most, surge }) => ({
      name,
      millicores,
      memoryMib,
      atRest: replicas,
      atPeak: most + surge,
    }));
  const neighbours = (["web", "sidekiq"] as const)
    .filter((wanted) => poolOf(wanted, pools) === pool)
    .flatMap((wanted) => neighbourPods(wanted, settings));
  const jobs = poolOf("sidekiq", pools) === pool ? [...dayTwoPods(settings), ...backupPods(settings)] : [];
  const strangers = isOpen(pools[pool]) ? poollessPods(settings) : [];
  return [...own, ...neighbours, ...jobs, ...strangers];
}

/** Whether pods that stand no taint may run there. */
function isOpen(pool: Settings["kubernetes"]["pools"][string] | undefined): boolean {
  return pool !== undefined && !pool.dedicated && pool.taints.every(({ effect }) => effect === "PreferNoSchedule");
}

/** The pods as equal groups, at rest or at peak. */
export function groupsOf(pods: readonly PlannedPods[], when: "atRest" | "atPeak"): PodGroup[] {
  return pods.map(({ millicores, memoryMib, [when]: count }) => ({ millicores, memoryMib, count }));
}
