// The dashboards, for whoever runs Grafana: the service as a whole, Sidekiq's queues, databases and streaming.
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { errorRatio } from "../rules/availability.ts";
import { backupCopies } from "./backups.ts";
import { dashboard } from "./panel.ts";

interface DashboardOptions {
  /** Share of requests that must be answered, for example 0.999. */
  readonly objective: number;
  /** Whether backups push their news. */
  readonly backups: boolean;
}

/** Dashboards by file name. */
export function dashboards({ objective, backups }: DashboardOptions): Record<string, Dashboard> {
  return {
    "mastodon-service.json": serviceOverview(objective),
    "mastodon-sidekiq.json": sidekiqQueues(),
    "mastodon-stores.json": stores(),
    ...(backups && { "mastodon-backups.json": backupCopies() }),
  };
}

function serviceOverview(objective: number): Dashboard {
  const budget = Number((1 - objective).toPrecision(6));
  return dashboard("mastodon-service", "Mastodon: service", [
    {
      title: "Requests",
      description: "What reached Rails, by status.",
      unit: "reqps",
      queries: { "{{status}}": `sum by (status) (rate(ruby_http_requests_total{job="web"}[5m]))` },
    },
    {
      title: "Failures",
      description:
        "Share of failed requests, with the time in which nobody could answer, and what the objective allows.",
      unit: "percentunit",
      queries: {
        "5 minutes": errorRatio("5m"),
        "1 hour": errorRatio("1h"),
        "3 days": errorRatio("3d"),
        allowed: `vector(${budget})`,
      },
    },
    {
      title: "Busy threads of Puma",
      description: "At one, the next request waits.",
      unit: "percentunit",
      queries: { busy: "mastodon:web_busy:ratio" },
    },
    {
      title: "Wait for a thread",
      description: "Mean time between the edge and Puma.",
      unit: "s",
      queries: { mean: "mastodon:web_queue_time:seconds_mean5m" },
    },
    {
      title: "Pods that answer",
      description: "By workload.",
      unit: "short",
      queries: { "{{workload}}": "mastodon:workload_pods:answering" },
    },
    {
      title: "Connections at the edge",
      description: "Open connections from the load balancer, websockets included.",
      unit: "short",
      queries: { "{{pod}}": `nginx_connections_active{job="edge"}` },
    },
  ]);
}

function sidekiqQueues(): Dashboard {
  return dashboard("mastodon-sidekiq", "Mastodon: Sidekiq", [
    {
      title: "Latency of queues",
      description: "How long the oldest job of each queue waits.",
      unit: "s",
      queries: { "{{queue}}": "mastodon:queue_latency:seconds" },
    },
    {
      title: "Jobs in queues",
      description: "Every process reports the same figure, so the largest is shown and nothing is summed up.",
      unit: "short",
      queries: { "{{queue}}": "mastodon:queue_backlog:jobs" },
    },
    {
      title: "Jobs done",
      description: "By queue.",
      unit: "reqps",
      queries: { "{{queue}}": `sum by (queue) (rate(sidekiq_jobs_total{job="sidekiq"}[5m]))` },
    },
    {
      title: "Jobs failed",
      description: "Failures are retried for three weeks; the dead are given up.",
      unit: "reqps",
      queries: {
        "{{queue}} failed": `sum by (queue) (rate(sidekiq_failed_jobs_total{job="sidekiq"}[5m]))`,
        "{{queue}} dead": `sum by (queue) (rate(sidekiq_dead_jobs_total{job="sidekiq"}[5m]))`,
      },
    },
    {
      title: "Busy threads",
      description: "By workload, with what they could do at once.",
      unit: "short",
      queries: {
        "{{workload}} busy": `sum by (workload) (sidekiq_process_busy{job="sidekiq"})`,
        "{{workload}} threads": `sum by (workload) (sidekiq_process_concurrency{job="sidekiq"})`,
      },
    },
    {
      title: "Retries, scheduled and dead jobs",
      description: "The same for every process.",
      unit: "short",
      queries: {
        retries: `max(sidekiq_stats_retry_size{job="sidekiq"})`,
        scheduled: `max(sidekiq_stats_scheduled_size{job="sidekiq"})`,
        dead: "mastodon:sidekiq_dead:jobs",
      },
    },
  ]);
}

function stores(): Dashboard {
  return dashboard("mastodon-stores", "Mastodon: databases and streaming", [
    {
      title: "Threads that wait for a database connection",
      description: "Above zero a process has fewer connections than work, or the database is slow.",
      unit: "short",
      queries: { "{{process}}": "mastodon:database_waiting:threads" },
    },
    {
      title: "Database connections in use",
      description: "As the processes see them; a pool in front of PostgreSQL shares fewer among them.",
      unit: "short",
      queries: { "{{process}}": "mastodon:database_busy:connections" },
    },
    {
      title: "Streaming connections",
      description: "Now, and the mean of the last hour that a fall is measured by.",
      unit: "short",
      queries: { now: "mastodon:streaming_clients:count", usual: "mastodon:streaming_clients:usual" },
    },
    {
      title: "Messages sent to browsers",
      description: "By kind of connection.",
      unit: "reqps",
      queries: { "{{type}}": `sum by (type) (rate(messages_sent_total{job="streaming"}[5m]))` },
    },
    {
      title: "Lag of streaming's event loop",
      description: "One of a hundred turns takes longer; above a tenth of a second people notice.",
      unit: "s",
      queries: { "{{pod}}": `nodejs_eventloop_lag_p99_seconds{job="streaming"}` },
    },
    {
      title: "Memory of Mastodon's processes",
      description: "Resident memory by pod.",
      unit: "bytes",
      queries: {
        "{{pod}} (web)": `sum by (pod) (ruby_rss{job="web"})`,
        "{{pod}} (sidekiq)": `sum by (pod) (rss{job="sidekiq"})`,
        "{{pod}} (streaming)": `process_resident_memory_bytes{job="streaming"}`,
      },
    },
  ]);
}
