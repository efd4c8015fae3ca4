// Which pods run in which pool: Mastodon's by the pool that they name, the platform's wherever no taint keeps them out.
import { systemDeployments } from "../../../components/kubernetes/system-workloads.ts";
import { workloadDemands } from "../../../components/mastodon/demand.ts";
import type { Settings } from "../../settings-schema.ts";
import type { PodGroup } from "./nodes-needed.ts";

/** The settings that say what runs where. */
export type CapacitySettings = Pick<Settings, "kubernetes" | "mastodon">;

/** Pods of one workload: how many at rest, and how many at most, with those of a roll or a job on top. */
export interface PlannedPods {
  readonly name: string;
  readonly millicores: number;
  readonly memoryMib: number;
  readonly atRest: number;
  readonly atPeak: number;
}

/** The pool that Mastodon's pods ask for. Without a pool for Sidekiq they all run in `web`. */
export function poolOf(wanted: "web" | "sidekiq", pools: Settings["kubernetes"]["pools"]): string {
  return wanted in pools ? wanted : "web";
}

/** Everything that may run in the pool. */
export function podsOf(pool: string, { kubernetes, mastodon }: CapacitySettings): PlannedPods[] {
  const own = workloadDemands(mastodon)
    .filter((demand) => poolOf(demand.pool, kubernetes.pools) === pool)
    .map(({ name, millicores, memoryMib, replicas, most, surge }) => ({
      name,
      millicores,
      memoryMib,
      atRest: replicas,
      atPeak: most + surge,
    }));
  return kubernetes.pools[pool]?.dedicated ? own : [...own, ...platformPods];
}

/** The platform's own pods. They have a pool of their own, but may also go to one without a taint. */
export const platformPods: readonly PlannedPods[] = systemDeployments.map(
  ({ name, millicores, memoryMib, replicas }) => ({ name, millicores, memoryMib, atRest: replicas, atPeak: replicas }),
);

/** The pods as equal groups, at rest or at peak. */
export function groupsOf(pods: readonly PlannedPods[], when: "atRest" | "atPeak"): PodGroup[] {
  return pods.map(({ millicores, memoryMib, [when]: count }) => ({ millicores, memoryMib, count }));
}
