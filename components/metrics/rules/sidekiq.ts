// Sidekiq: how long jobs wait in each queue, whether somebody serves it, and how many jobs are given up.
import { alert, type Recording, type UnlinkedGroup } from "./rule.ts";

/** How long the oldest job of a queue may wait, in seconds. */
export interface QueueLimit {
  readonly queue: string;
  readonly ticket: number;
  readonly page: number;
}

const latency = "mastodon:queue_latency:seconds";
const limit = "mastodon:queue_latency_limit:seconds";
const dead = "mastodon:sidekiq_dead:jobs";
const processed = "mastodon:sidekiq_processed:jobs";

/** Jobs an hour below which a few dead ones would weigh too much. */
const fewestJobs = 1000;

/** Every process reports the same figure for a queue that it serves, so these are never summed up. */
const recordings: readonly Recording[] = [
  { record: latency, expr: `max by (queue) (sidekiq_queue_latency_seconds{job="sidekiq"})` },
  { record: "mastodon:queue_backlog:jobs", expr: `max by (queue) (sidekiq_queue_backlog{job="sidekiq"})` },
  { record: dead, expr: `max(sidekiq_stats_dead_size{job="sidekiq"})` },
  { record: processed, expr: `max(sidekiq_stats_processed{job="sidekiq"})` },
];

function limitRecordings({ queue, ...limits }: QueueLimit): Recording[] {
  return (["ticket", "page"] as const).map((severity) => ({
    record: limit,
    expr: `vector(${limits[severity]})`,
    labels: { queue, limit: severity },
  }));
}

export function sidekiqGroup(limits: readonly QueueLimit[]): UnlinkedGroup {
  return {
    name: "sidekiq",
    rules: [
      ...recordings,
      ...limits.flatMap(limitRecordings),
      alert({
        alert: "SidekiqQueueSlow",
        severity: "ticket",
        expr: `${latency} > on (queue) ${limit}{limit="ticket"}`,
        lasting: "5m",
        summary: "the oldest job in {{ $labels.queue }} waits for {{ $value | humanizeDuration }}",
        description:
          "Jobs come in faster than they are done. Timelines, notifications or deliveries of this queue are late.",
      }),
      alert({
        alert: "SidekiqQueueStuck",
        severity: "page",
        expr: `${latency} > on (queue) ${limit}{limit="page"}`,
        lasting: "10m",
        summary: "the oldest job in {{ $labels.queue }} waits for {{ $value | humanizeDuration }}",
        description:
          "People notice: what they post is not delivered, or does not appear. Without help the queue grows on.",
      }),
      alert({
        alert: "SidekiqQueueUnserved",
        severity: "page",
        // Sidekiq knows a queue from its first job on, so a queue that was never used is not missed.
        expr: `count_over_time(${latency}[6h]) unless on (queue) ${latency}`,
        lasting: "10m",
        summary: "no process reports the queue {{ $labels.queue }}",
        description: "Nobody takes jobs from a queue that was served within the last six hours. They pile up unseen.",
      }),
      alert({
        alert: "SidekiqJobsDying",
        severity: "ticket",
        expr: `clamp_min(delta(${dead}[1h]), 0) / clamp_min(delta(${processed}[1h]), ${fewestJobs}) > 0.01`,
        lasting: "10m",
        summary: "{{ $value | humanizePercentage }} of the last hour's jobs were given up",
        description:
          "Jobs that failed at every retry go to the dead set and are never done unless somebody retries them.",
      }),
    ],
  };
}
