// Prometheus' configuration: what is scraped, every pod by itself, and where alerts go.
import { stringify } from "yaml";
import type { ScrapedProcess } from "./names.ts";

/** How the pods of a role show their metrics. */
interface Exporter {
  /** Name of the container port; a pod that lacks it is not scraped. */
  readonly port: string;
  readonly path: string;
}

/** Roles of Mastodon's pods that are scraped. Streaming answers on the port that it serves browsers on. */
export const exporters = {
  web: { port: "metrics", path: "/metrics" },
  sidekiq: { port: "metrics", path: "/metrics" },
  streaming: { port: "http", path: "/metrics" },
  edge: { port: "metrics", path: "/metrics" },
} as const satisfies Partial<Record<ScrapedProcess, Exporter>>;

export interface ScrapeOptions {
  /** Where Mastodon runs. */
  readonly namespace: string;
  /** Seconds between two looks at a pod. */
  readonly seconds: number;
  /** Oldest sample that is kept. */
  readonly retentionDays: number;
  /** Most that is kept on disk; older samples go first. */
  readonly retentionMib: number;
  readonly prometheusPort: number;
  /** Host and port. */
  readonly alertmanager: string;
  /** Host and port of the Pushgateway. @default - there is none */
  readonly pushgateway?: string | undefined;
}

/** Folder with this configuration and the rules. */
export const configurationFolder = "/etc/prometheus";
export const configurationFile = "prometheus.yml";
export const rulesFile = "rules.yml";

/** The whole `prometheus.yml`. */
export function prometheusConfiguration(options: ScrapeOptions): string {
  const { namespace, seconds, retentionDays, retentionMib, prometheusPort, alertmanager, pushgateway } = options;
  return stringify(
    {
      global: {
        scrape_interval: `${seconds}s`,
        scrape_timeout: "10s",
        evaluation_interval: `${seconds}s`,
      },
      storage: { tsdb: { retention: { time: `${retentionDays}d`, size: `${retentionMib}MB` } } },
      rule_files: [`${configurationFolder}/${rulesFile}`],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      scrape_configs: [
        ...Object.entries(exporters).map(([role, exporter]) => podJob(namespace, role, exporter)),
        fixed("prometheus", `localhost:${prometheusPort}`),
        fixed("alertmanager", alertmanager),
        // Without honor_labels the job and the task that were pushed would be renamed.
        ...(pushgateway === undefined ? [] : [{ ...fixed("backup", pushgateway), honor_labels: true }]),
      ],
    },
    { lineWidth: 0 },
  );
}

/** Each pod by itself and not through a Service, which would give the figures of one pod at random (Mastodon docs, scaling.md). */
function podJob(namespace: string, role: string, { port, path }: Exporter) {
  return {
    job_name: role,
    metrics_path: path,
    // Prometheus 3 refuses an answer whose type it does not know; the Ruby exporter and nginx name a bare text/plain.
    fallback_scrape_protocol: "PrometheusText0.0.4",
    // Labels by controller and action grow with what people do; a flood must not fill the disk.
    sample_limit: 20_000,
    kubernetes_sd_configs: [
      {
        role: "pod",
        namespaces: { names: [namespace] },
        selectors: [{ role: "pod", label: `app.kubernetes.io/part-of=mastodon,app.kubernetes.io/component=${role}` }],
      },
    ],
    relabel_configs: [
      keep("phase", "Running"),
      keep("container_port_name", port),
      take("name", "pod"),
      take("label_app_kubernetes_io_name", "workload"),
    ],
  };
}

/** Drops pods whose label does not match. */
function keep(label: string, regex: string) {
  return { source_labels: [`__meta_kubernetes_pod_${label}`], regex, action: "keep" };
}

/** Keeps what is known of the pod as a label of its own. */
function take(label: string, target: string) {
  return { source_labels: [`__meta_kubernetes_pod_${label}`], target_label: target };
}

/** What is always at the same address. */
function fixed(job: ScrapedProcess, target: string) {
  return { job_name: job, static_configs: [{ targets: [target], labels: { pod: job, workload: job } }] };
}
