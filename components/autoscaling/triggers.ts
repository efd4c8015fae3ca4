// What each workload is scaled by: queries to Prometheus, with the value at which one more pod is wanted.
//
// None of them turns a missing answer into zero, which would shrink what cannot be seen (facts E1 has `or vector(0)` and `ignoreNullValues`):
// no answer is an error, and then KEDA's fallback holds the workload where it is.
import type { AutoscalingSettings } from "./settings.ts";
import type { ScaledWorkload } from "./targets.ts";

export interface Trigger {
  readonly name: string;
  /** PromQL with one number as its answer. */
  readonly query: string;
  /** With `Value`, pods are added in proportion to answer over threshold; with `AverageValue`, the answer over pods is compared. */
  readonly metricType: "Value" | "AverageValue";
  readonly threshold: number;
}

export function triggersOf(workload: ScaledWorkload, settings: AutoscalingSettings): Trigger[] {
  if ("queues" in workload) return sidekiqTriggers(workload, settings.sidekiq.queues);
  return workload.kind === "web" ? webTriggers(settings.web) : [streamingTrigger(settings.streaming)];
}

function webTriggers({ busy, backlog, windowSeconds }: AutoscalingSettings["web"]): Trigger[] {
  // Without a thread there is no share: KEDA would read what is not a number as a very negative one.
  const share = `sum(ruby_puma_busy_threads{job="web"}) / (sum(ruby_puma_max_threads{job="web"}) > 0)`;
  return [
    {
      name: "busy",
      // Not `Value`, which counts ready pods only: where overload makes pods unready, it would ask for fewer than there are.
      query: ofAllPods(`avg_over_time((${share})[${windowSeconds}s:10s])`, "web"),
      metricType: "AverageValue",
      threshold: busy,
    },
    {
      name: "backlog",
      query: ofAllPods(`avg(max_over_time(ruby_puma_request_backlog{job="web"}[${windowSeconds}s]))`, "web"),
      metricType: "AverageValue",
      threshold: backlog,
    },
  ];
}

function streamingTrigger({ clients, windowSeconds }: AutoscalingSettings["streaming"]): Trigger {
  return {
    name: "clients",
    query: ofAllPods(`avg(max_over_time(connected_clients{job="streaming"}[${windowSeconds}s]))`, "streaming"),
    metricType: "AverageValue",
    threshold: clients,
  };
}

/** Mean times pods, not a sum: a pod that runs but is not seen counts like the others instead of as nothing. */
function ofAllPods(mean: string, job: string): string {
  return `${mean} * count(up{job="${job}"})`;
}

/** When one more pod of a Sidekiq group is wanted, for the queues among its own that have the same limits. */
export interface QueueTrigger extends Pick<Trigger, "name" | "metricType" | "threshold"> {
  readonly measure: "latency" | "backlog";
  readonly queues: readonly string[];
  /** The worst of so many seconds counts. */
  readonly windowSeconds: number;
}

export function queueTriggers(
  { queues }: Extract<ScaledWorkload, { kind: "sidekiq" }>,
  limits: AutoscalingSettings["sidekiq"]["queues"],
): QueueTrigger[] {
  const alike = Map.groupBy(queues, (queue) => JSON.stringify(limits[queue]));
  return [...alike.values()].flatMap((together): QueueTrigger[] => {
    const [first = "default"] = together;
    const { latencySeconds, backlog, windowSeconds } = limits[first];
    const prefix = together.join("-");
    const common = { queues: together, windowSeconds };
    return [
      { ...common, name: `${prefix}-latency`, measure: "latency", metricType: "Value", threshold: latencySeconds },
      { ...common, name: `${prefix}-backlog`, measure: "backlog", metricType: "AverageValue", threshold: backlog },
    ];
  });
}

const queueMetrics = { latency: "sidekiq_queue_latency_seconds", backlog: "sidekiq_queue_backlog" } as const;

/**
 * Every process tells the same of a queue, so the maximum is taken and never a sum. Sidekiq knows a queue from its first job on: where the
 * group's own processes do answer, a queue that they do not name is empty.
 */
function sidekiqTriggers(
  workload: Extract<ScaledWorkload, { kind: "sidekiq" }>,
  limits: AutoscalingSettings["sidekiq"]["queues"],
): Trigger[] {
  return queueTriggers(workload, limits).map(({ name, measure, queues, metricType, threshold, windowSeconds }) => {
    const series = `${queueMetrics[measure]}{job="sidekiq",queue=~"${queues.join("|")}"}`;
    const empty = `0 * max(sidekiq_stats_enqueued{job="sidekiq",workload="${workload.name}"})`;
    return { name, query: `max(max_over_time(${series}[${windowSeconds}s])) or ${empty}`, metricType, threshold };
  });
}
