// What is scaled, by what, and how it shrinks; and which settings are refused.
import { describe, expect, it } from "vitest";
import { scaledObjectSpec } from "../../components/autoscaling/scaled-objects.ts";
import { scaledWorkloads } from "../../components/autoscaling/targets.ts";
import { triggersOf } from "../../components/autoscaling/triggers.ts";
import { ruleGroups } from "../../components/metrics/rules/rules.ts";
import { exportedBy, type ScrapedProcess, scrapedProcesses } from "../../components/metrics/names.ts";
import { exporters } from "../../components/metrics/scrape.ts";
import {
  assertMetricsForAutoscaling,
  assertSomethingScales,
  assertWindowsHoldSamples,
} from "../../src/rules/autoscaling.ts";
import { type Settings, settingsSchema } from "../../src/settings-schema.ts";
import { stackFile, stackNames, withSecrets } from "../stacks.ts";
import { metricsIn } from "../support/promql.ts";

const subjects = settingsSchema.pick({ autoscaling: true, metrics: true, mastodon: true });
type Subjects = Pick<Settings, keyof typeof subjects.shape>;

const parse = (raw: Readonly<Record<string, unknown>>): Subjects =>
  subjects.parse(Object.fromEntries(Object.entries(raw).filter(([key]) => key in subjects.shape)));

const groups = {
  default: { queues: ["default"], replicas: 2, maxReplicas: 4 },
  everything: { queues: ["push,6", "ingress,4", "mailers,2", "pull,1", "fasp,1"], maxReplicas: 6 },
  scheduler: { queues: ["scheduler"] },
};
const growing = parse({
  autoscaling: { enabled: true },
  metrics: { enabled: true },
  mastodon: { web: { maxReplicas: 6 }, streaming: { maxReplicas: 4 }, sidekiq: { groups } },
});
const { autoscaling } = growing;
const scaled = scaledWorkloads(growing.mastodon);
const workload = (name: string) => {
  const found = scaled.find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not scaled`);
  return found;
};

describe("what is scaled", () => {
  it("is every workload that may run more than its replicas, and never the scheduler", () => {
    expect(scaled.map(({ name, min, max }) => [name, min, max])).toEqual([
      ["web", 3, 6],
      ["streaming", 2, 4],
      ["sidekiq-default", 2, 4],
      ["sidekiq-everything", 1, 6],
    ]);
  });

  it("is nothing with the defaults, whose maxReplicas are missing", () => {
    expect(scaledWorkloads(parse({}).mastodon)).toEqual([]);
  });

  it("cannot be the scheduler, which the settings refuse as well", () => {
    const scheduler = { queues: ["scheduler"], replicas: 1, maxReplicas: 2 };
    const sidekiq = { ...growing.mastodon.sidekiq, groups: { ...growing.mastodon.sidekiq.groups } };
    const [some] = Object.values(sidekiq.groups);
    if (!some) throw new Error("there are groups");
    sidekiq.groups["scheduler"] = { ...some, ...scheduler };
    expect(() => scaledWorkloads({ ...growing.mastodon, sidekiq })).toThrow("must run alone");
    const refused = settingsSchema.shape.mastodon.safeParse({ sidekiq: { groups: { ...groups, scheduler } } });
    expect(refused.error?.message).toContain("must be 1, because the group serves the queue scheduler");
  });
});

const isProcess = (job: string): job is ScrapedProcess => scrapedProcesses().some((process) => process === job);

describe("triggers", () => {
  const all = scaled.flatMap((one) => triggersOf(one, autoscaling));

  it("ask only for metrics that a scraped process exports", () => {
    const uses = all.flatMap(({ query }) => metricsIn(query));
    expect(uses.length).toBeGreaterThan(15);
    for (const { metric, jobs } of uses) {
      expect(jobs, metric).toHaveLength(1);
      for (const job of jobs) {
        expect(Object.keys(exporters)).toContain(job);
        expect(isProcess(job) && exportedBy(job).has(metric), `${metric} of ${job}`).toBe(true);
      }
    }
  });

  it("need no recording, so that a broken rule file stops no scaling", () => {
    const recorded = ruleGroups({ objective: 0.999, workloads: [], queues: [], backups: [], runbook: String }).flatMap(
      ({ rules }) => rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])),
    );
    for (const { query } of all) expect(recorded.filter((name) => query.includes(name))).toEqual([]);
  });

  it("take the worst of a queue over all processes, which all tell the same", () => {
    for (const { query } of triggersOf(workload("sidekiq-default"), autoscaling)) {
      expect(query).toMatch(/^max\(max_over_time\(/);
      expect(query).not.toContain("sum(");
    }
  });

  it("have one pair for the queues of a group that have the same limits", () => {
    expect(
      triggersOf(workload("sidekiq-everything"), autoscaling).map(({ name, threshold }) => [name, threshold]),
    ).toEqual([
      ["push-ingress-fasp-latency", 30],
      ["push-ingress-fasp-backlog", 500],
      ["mailers-latency", 120],
      ["mailers-backlog", 250],
      ["pull-latency", 300],
      ["pull-backlog", 1250],
    ]);
  });

  it("count web's pods that run, so that overload which makes some unready shrinks nothing", () => {
    const triggers = triggersOf(workload("web"), autoscaling);
    expect(triggers.map(({ metricType }) => metricType)).toEqual(["AverageValue", "AverageValue"]);
    for (const { query } of triggers) expect(query).toMatch(/ \* count\(up\{job="web"\}\)$/);
  });

  it("take no missing answer for zero", () => {
    for (const one of scaled) {
      const { triggers } = scaledObjectSpec(one, autoscaling, "http://prometheus:9090");
      for (const { metadata } of triggers) {
        expect(metadata.ignoreNullValues).toBe("false");
        expect(metadata.query).not.toContain("vector(0)");
      }
    }
  });
});

describe("a ScaledObject", () => {
  const spec = scaledObjectSpec(workload("sidekiq-default"), autoscaling, "http://prometheus.mastodon:9090");

  it("keeps between replicas and maxReplicas, and holds or lifts without answers", () => {
    expect(spec).toMatchObject({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "sidekiq-default" },
      minReplicaCount: 2,
      maxReplicaCount: 4,
      fallback: { failureThreshold: 3, replicas: 2, behavior: "currentReplicasIfHigher" },
    });
  });

  it("grows at once and shrinks slowly", () => {
    const { behavior } = spec.advanced.horizontalPodAutoscalerConfig;
    expect(behavior.scaleUp).toMatchObject({ stabilizationWindowSeconds: 0, selectPolicy: "Max" });
    expect(behavior.scaleDown).toMatchObject({
      stabilizationWindowSeconds: 300,
      policies: [{ type: "Percent", value: 20, periodSeconds: 60 }],
    });
  });

  it("has a trigger of the kind that KEDA's fallback asks for", () => {
    for (const one of scaled)
      expect(triggersOf(one, autoscaling).some(({ metricType }) => metricType === "AverageValue")).toBe(true);
  });
});

describe("settings", () => {
  it("are right as they are", () => {
    for (const check of [assertMetricsForAutoscaling, assertSomethingScales, assertWindowsHoldSamples])
      expect(check(growing)).toEqual([]);
    for (const stack of stackNames) {
      const settings = parse(withSecrets(stackFile(stack)));
      expect(assertMetricsForAutoscaling(settings)).toEqual([]);
      expect(assertSomethingScales(settings)).toEqual([]);
    }
  });

  it("are refused without metrics, with the way out", () => {
    const [problem, ...others] = assertMetricsForAutoscaling(parse({ autoscaling: { enabled: true } }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ path: "autoscaling.enabled", value: true });
    expect(problem?.message).toContain("set metrics.enabled to true");
  });

  it("are refused where nothing may grow", () => {
    const [problem] = assertSomethingScales(parse({ autoscaling: { enabled: true }, metrics: { enabled: true } }));
    expect(problem?.message).toContain("scales nothing");
  });

  it("are refused with a window that holds fewer than two looks of Prometheus", () => {
    const short = parse({
      autoscaling: { enabled: true, sidekiq: { queues: { pull: { windowSeconds: 59 } } } },
      metrics: { enabled: true },
    });
    expect(assertWindowsHoldSamples(short)).toEqual([
      expect.objectContaining({ path: "autoscaling.sidekiq.queues.pull.windowSeconds", value: 59 }),
    ]);
  });
});
