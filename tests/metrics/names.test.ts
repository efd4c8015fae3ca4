// No rule and no dashboard asks for a metric that nobody exports: such a query has no result, and says nothing about it.
import { describe, expect, test } from "vitest";
import { dashboards } from "../../components/metrics/dashboards/dashboards.ts";
import { exportedBy, type ScrapedProcess, scrapedProcesses } from "../../components/metrics/names.ts";
import { ruleGroups } from "../../components/metrics/rules/rules.ts";
import { prometheusConfiguration } from "../../components/metrics/scrape.ts";
import { watchedSamples } from "../support/watched-backups.ts";
import { metricsIn } from "../support/promql.ts";
import { parse } from "yaml";
import { z } from "zod";

const groups = ruleGroups({
  objective: 0.999,
  workloads: [{ name: "web", replicas: 2 }],
  queues: [{ queue: "default", ticket: 30, page: 120 }],
  backups: watchedSamples,
  runbook: (name) => name,
});
const rules = groups.flatMap((group) => group.rules);
const recorded = new Set(rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])));

const targetsSchema = z.object({ targets: z.array(z.object({ expr: z.string() })) });
const queries = [
  ...rules.map(({ expr }) => expr),
  ...Object.values(dashboards({ objective: 0.999, backups: true })).flatMap(({ panels = [] }) =>
    panels.flatMap((panel) => targetsSchema.parse(panel).targets.map(({ expr }) => expr)),
  ),
];

const isProcess = (job: string): job is ScrapedProcess => scrapedProcesses().some((process) => process === job);

/** What is wrong with a use of a metric, if anything is. */
function fault(metric: string, jobs: readonly string[]): string | undefined {
  if (recorded.has(metric)) return undefined;
  if (jobs.length === 0) return metric === "up" ? undefined : `${metric} without a job`;
  const missing = jobs.filter((job) => !isProcess(job) || !exportedBy(job).has(metric));
  return missing.length === 0 ? undefined : `${metric} is not exported by ${missing.join(", ")}`;
}

test("there are queries, and they name metrics", () => {
  expect(queries.length).toBeGreaterThan(60);
  expect(queries.flatMap(metricsIn).length).toBeGreaterThan(80);
});

test.each(queries)("%s asks for what is exported", (query) => {
  expect(metricsIn(query).flatMap(({ metric, jobs }) => fault(metric, jobs) ?? [])).toEqual([]);
});

describe("the proof itself", () => {
  test.each([
    ["another prefix", `mastodon_http_requests_total{job="web"}`],
    ["web's prefix for Sidekiq", `ruby_sidekiq_queue_latency_seconds{job="sidekiq"}`],
    ["a metric of another process", `connected_clients{job="web"}`],
    ["a job that is not scraped", `up{job="valkey"}`],
    ["no job", `rss`],
    ["a recording that nobody makes", `mastodon:nothing:rate5m`],
  ])("refuses %s", (_, query) => {
    expect(metricsIn(query).flatMap(({ metric, jobs }) => fault(metric, jobs) ?? [])).not.toEqual([]);
  });

  test("refuses what is not PromQL", () => {
    expect(() => metricsIn("sum(")).toThrow(/no PromQL/);
  });
});

test("every process in the list is scraped, and nothing else", () => {
  const text = prometheusConfiguration({
    namespace: "mastodon",
    seconds: 30,
    retentionDays: 30,
    retentionMib: 8000,
    prometheusPort: 9090,
    alertmanager: "alertmanager:9093",
    pushgateway: "pushgateway:9091",
  });
  const { scrape_configs: jobs } = z
    .object({ scrape_configs: z.array(z.object({ job_name: z.string() })) })
    .parse(parse(text));
  expect(jobs.map(({ job_name: job }) => job).toSorted()).toEqual(scrapedProcesses().toSorted());
});
