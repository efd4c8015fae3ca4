// The Sidekiq processes of a stack's settings, as the simulation runs them: those in the cluster, and hosts outside.
import { queueTriggers, type QueueTrigger } from "../../components/autoscaling/triggers.ts";
import { scaledWorkloads } from "../../components/autoscaling/targets.ts";
import { workloadDemands } from "../../components/mastodon/demand.ts";
import { parseQueue } from "../../components/mastodon/rules/queues.ts";
import type { CapacitySettings } from "../plans/capacity/pods.ts";
import type { ConnectionSettings } from "../plans/connections/budget.ts";
import type { Settings } from "../settings-schema.ts";

/** Equal processes that take from the same queues. */
export interface ProcessGroup {
  readonly name: string;
  /** In the order in which they are emptied; with weights, in proportion to them. */
  readonly queues: readonly { readonly name: string; readonly weight?: number }[];
  readonly threads: number;
  readonly min: number;
  readonly max: number;
  /** What one pod asks of a node; missing for hosts outside the cluster. */
  readonly requests?: { readonly millicores: number; readonly memoryMib: number };
  /** None for what is not scaled. */
  readonly triggers: readonly QueueTrigger[];
}

export type SimulatedSettings = CapacitySettings & ConnectionSettings & Pick<Settings, "autoscaling" | "metrics">;

export function processGroups({ autoscaling, mastodon, workers }: SimulatedSettings): ProcessGroup[] {
  const scaled = autoscaling.enabled ? scaledWorkloads(mastodon) : [];
  const demands = workloadDemands(mastodon);
  const inside = Object.entries(mastodon.sidekiq.groups).map(([group, { queues, threads, replicas }]): ProcessGroup => {
    const name = `sidekiq-${group}`;
    const target = scaled.find((workload) => workload.name === name);
    const { millicores = 0, memoryMib = 0 } = demands.find((demand) => demand.name === name) ?? {};
    return {
      name,
      queues: queues.map(parseQueue),
      threads,
      min: replicas,
      max: target?.max ?? replicas,
      requests: { millicores, memoryMib },
      triggers: target && "queues" in target ? queueTriggers(target, autoscaling.sidekiq.queues) : [],
    };
  });
  const outside = Object.entries(workers).map(([name, { queues, threads }]): ProcessGroup => ({
    name: `worker ${name}`,
    queues: queues.map(parseQueue),
    threads,
    min: 1,
    max: 1,
    triggers: [],
  }));
  return [...inside, ...outside];
}
