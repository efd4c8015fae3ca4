// The variables that let Rails' processes show metrics. Jobs get none: they would look for a collector that is not there.
import type { Variables } from "./environment.ts";

/** Port of Mastodon's Ruby exporter, in web's pods and in Sidekiq's. */
export const exporterPort = 9394;

/** Web's part. Only the detailed metrics count requests by their status, which the service level is measured by. */
export function webExporterVariables(metrics: boolean): Variables {
  if (!metrics) return {};
  return {
    MASTODON_PROMETHEUS_EXPORTER_ENABLED: "true",
    MASTODON_PROMETHEUS_EXPORTER_WEB_DETAILED_METRICS: "true",
    PROMETHEUS_EXPORTER_HOST: "127.0.0.1",
    PROMETHEUS_EXPORTER_PORT: String(exporterPort),
  };
}

/** Sidekiq's part. Only the detailed metrics tell the latency of queues. */
export function sidekiqExporterVariables(metrics: boolean): Variables {
  if (!metrics) return {};
  return {
    MASTODON_PROMETHEUS_EXPORTER_ENABLED: "true",
    MASTODON_PROMETHEUS_EXPORTER_LOCAL: "true",
    MASTODON_PROMETHEUS_EXPORTER_HOST: "0.0.0.0",
    MASTODON_PROMETHEUS_EXPORTER_PORT: String(exporterPort),
    MASTODON_PROMETHEUS_EXPORTER_SIDEKIQ_DETAILED_METRICS: "true",
  };
}
