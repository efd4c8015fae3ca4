// Which Deployments are scaled, and between which bounds.
import { parseQueue, type queues } from "../mastodon/rules/queues.ts";
import { isScheduler } from "../mastodon/rules/scheduler.ts";
import { type MastodonSettings, mostReplicas } from "../mastodon/settings.ts";

type Queue = Exclude<(typeof queues)[number], "scheduler">;

interface Bounds {
  /** Name of the Deployment. */
  readonly name: string;
  /** Fewest pods, which are also those at rest. */
  readonly min: number;
  readonly max: number;
}

/** A Deployment whose pods are counted by a scaler instead of the settings. */
export type ScaledWorkload = Bounds &
  ({ readonly kind: "web" | "streaming" } | { readonly kind: "sidekiq"; readonly queues: readonly Queue[] });

/**
 * Workloads with more `maxReplicas` than `replicas`. The edge is none of them: it has nothing to wait for, and no metric that would tell.
 * @throws Error when the scheduler would be scaled; the settings refuse it before
 */
export function scaledWorkloads({ web, streaming, sidekiq }: Pick<MastodonSettings, "web" | "streaming" | "sidekiq">) {
  const groups = Object.entries(sidekiq.groups).map(([name, group]): ScaledWorkload => ({
    ...boundsOf(`sidekiq-${name}`, group),
    kind: "sidekiq",
    queues: group.queues.map((entry) => parseQueue(entry).name).filter(isScalable),
  }));
  const all: ScaledWorkload[] = [
    { ...boundsOf("web", web), kind: "web" },
    { ...boundsOf("streaming", streaming), kind: "streaming" },
    ...groups,
  ];
  const scaled = all.filter(({ min, max }) => max > min);
  for (const [name, group] of Object.entries(sidekiq.groups))
    if (isScheduler(group) && scaled.some((workload) => workload.name === `sidekiq-${name}`))
      throw new Error(`the group ${name} schedules and must run alone; it cannot be scaled`);
  return scaled;
}

function boundsOf(
  name: string,
  counts: { readonly replicas: number; readonly maxReplicas?: number | undefined },
): Bounds {
  return { name, min: counts.replicas, max: mostReplicas(counts) };
}

function isScalable(queue: string): queue is Queue {
  return queue !== "scheduler";
}
