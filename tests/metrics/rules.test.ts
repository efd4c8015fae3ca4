// Every rule is valid, fires on what it is for and keeps quiet otherwise, judged by Prometheus' own tool.
import { describe, expect, test } from "vitest";
import { alertsOf, ruleFile, ruleGroups } from "../../components/metrics/rules/rules.ts";
import { firesExactly, promtool, type Series } from "../support/promtool.ts";

const groups = ruleGroups({
  objective: 0.999,
  workloads: [
    { name: "web", replicas: 2 },
    { name: "sidekiq-default", replicas: 1 },
    { name: "streaming", replicas: 1 },
    { name: "edge", replicas: 1 },
  ],
  queues: [{ queue: "default", ticket: 30, page: 120 }],
  backups: [],
  runbook: (name) => `https://docs.example/runbooks/${name}/`,
});
const rules = ruleFile(groups);

const steady = (value: number) => `${value}x130`;
/** A counter that grows by so much a minute. */
const growing = (perMinute: number) => `0+${perMinute}x130`;
/** One value until a minute, another from then on. */
const turning = (before: number, minute: number, after: number) => `${before}x${minute - 1} ${after}x${130 - minute}`;
/** Values until a minute, then nothing. */
const ending = (value: number, minute: number) => `${value}x${minute - 1} _x${130 - minute}`;

const requests = (status: string) => `ruby_http_requests_total{job="web",pod="web-1",status="${status}"}`;
const up = (job: string, pod: string, workload: string) => `up{job="${job}",pod="${pod}",workload="${workload}"}`;
const latency = `sidekiq_queue_latency_seconds{job="sidekiq",pod="sidekiq-1",queue="default"}`;
const dead = `sidekiq_stats_dead_size{job="sidekiq",pod="sidekiq-1"}`;
const clients = `connected_clients{job="streaming",pod="streaming-1",type="websocket"}`;
const busy = `ruby_puma_busy_threads{job="web",pod="web-1"}`;
const running = `ruby_puma_running_threads{job="web",pod="web-1"}`;
const queued = (what: string) => `ruby_http_request_queue_duration_seconds_${what}{job="web",pod="web-1"}`;
const lag = `nodejs_eventloop_lag_p99_seconds{job="streaming",pod="streaming-1"}`;
const ruleFailures = `prometheus_rule_evaluation_failures_total{job="prometheus",rule_group="web"}`;
const undelivered = `alertmanager_notifications_failed_total{job="alertmanager",integration="email"}`;
const dropped = `prometheus_notifications_dropped_total{job="prometheus"}`;
const waiting = {
  web: `ruby_active_record_connection_pool_waiting{job="web",pod="web-1"}`,
  sidekiq: `active_record_connection_pool_waiting{job="sidekiq",pod="sidekiq-1"}`,
  streaming: `pg_pool_waiting_queries{job="streaming",pod="streaming-1"}`,
};

/** A small server at ten requests a second on which all is well. */
const healthy: Series = {
  [up("web", "web-1", "web")]: steady(1),
  [up("web", "web-2", "web")]: steady(1),
  [up("sidekiq", "sidekiq-1", "sidekiq-default")]: steady(1),
  [up("streaming", "streaming-1", "streaming")]: steady(1),
  [up("edge", "edge-1", "edge")]: steady(1),
  [requests("200")]: growing(600),
  [requests("500")]: growing(0),
  [running]: steady(5),
  [busy]: steady(3),
  [`ruby_puma_max_threads{job="web",pod="web-1"}`]: steady(10),
  [queued("sum")]: growing(6),
  [queued("count")]: growing(600),
  [latency]: steady(2),
  [`sidekiq_stats_processed{job="sidekiq",pod="sidekiq-1"}`]: growing(1000),
  [dead]: steady(40),
  [clients]: steady(100),
  [lag]: steady(0.02),
  [waiting.web]: steady(0),
  [waiting.sidekiq]: steady(0),
  [waiting.streaming]: steady(0),
  [ruleFailures]: steady(0),
  [undelivered]: steady(0),
  [dropped]: steady(0),
};

const watchdog = `alertname="Watchdog", severity="none"`;

async function expectFiring(changed: Series, minute: number, alerts: readonly string[]): Promise<void> {
  const series = { ...healthy, ...changed };
  const answer = await firesExactly(rules, { series, minute, alerts: [watchdog, ...alerts] });
  expect(answer.output).toContain("SUCCESS");
  expect(answer.ok).toBe(true);
}

test("every rule is valid", async () => {
  const answer = await promtool({ "rules.yml": rules }, "check", "rules", "--lint=all", "--lint-fatal", "rules.yml");
  expect(answer.output).toContain(`SUCCESS: ${groups.flatMap((group) => group.rules).length} rules found`);
  expect(answer.ok).toBe(true);
});

test("an invalid rule is not", async () => {
  const answer = await promtool({ "rules.yml": rules.replaceAll("sum(", "summ(") }, "check", "rules", "rules.yml");
  expect(answer.ok).toBe(false);
});

test("nothing but the watchdog fires while all is well, and the watchdog does", async () => {
  await expectFiring({}, 120, []);
});

test("the tool tells a wrong expectation", async () => {
  const answer = await firesExactly(rules, { series: healthy, minute: 120, alerts: [] });
  expect(answer.ok).toBe(false);
});

const rows = ["1h 5m page", "6h 30m page", "1d 2h ticket", "3d 6h ticket"];

const failing = (perMille: number): Series => ({
  [requests("200")]: growing(600 * 1000 - 600 * perMille),
  [requests("500")]: growing(600 * perMille),
});

const burning = async (series: Series, minute: number, expected: readonly string[]) => {
  const alerts = expected.map((row) => {
    const [long, short, severity] = row.split(" ");
    return `alertname="ErrorBudgetBurn", severity="${severity}", long="${long}", short="${short}"`;
  });
  const answer = await firesExactly(rules, {
    series: { ...healthy, ...series },
    minute,
    alerts,
    by: ["severity", "long", "short"],
    only: "ErrorBudgetBurn",
  });
  expect(answer.output).toContain("SUCCESS");
};

describe("the error budget", () => {
  test.each([
    [20, rows],
    [8, rows.slice(1)],
    [4, rows.slice(2)],
    [1.5, rows.slice(3)],
    [0.8, []],
  ])("at %d failures in a thousand", async (perMille, expected) => {
    await burning(failing(perMille), 60, expected);
  });

  test("a page ends soon after the failures do", async () => {
    const [of1h] = rows;
    const failures = { [requests("500")]: `0+60x100 6000x30` };
    await burning(failures, 100, rows);
    await burning(
      failures,
      115,
      rows.filter((row) => row !== of1h),
    );
  });

  test("an outage in which nobody can even fail burns it too", async () => {
    const outage = { [running]: ending(5, 60), [requests("200")]: ending(600, 60) };
    await burning(outage, 61, []);
    await burning(outage, 73, rows.slice(0, 2));
  });

  test("so does an edge that is gone while web is well", async () => {
    await burning({ [up("edge", "edge-1", "edge")]: turning(1, 60, 0) }, 72, rows.slice(0, 2));
  });

  test("a few failures of a quiet server do not page", async () => {
    // One request in five seconds, one failure in ten minutes.
    const quiet = { [requests("200")]: growing(12), [requests("500")]: "0x9 1x9 2x9 3x9 4x9 5x9 6x9 7x9 8x9 9x30" };
    await burning(quiet, 95, rows.slice(3));
    await burning({ ...quiet, [requests("500")]: steady(3) }, 95, []);
  });
});

const ticket = (name: string) => `alertname="${name}", severity="ticket"`;
const page = (name: string) => `alertname="${name}", severity="page"`;

describe("each alert", () => {
  const cases: [string, Series, string[]][] = [
    ["WebBusy fires above 90 %", { [busy]: steady(9.5) }, [ticket("WebBusy")]],
    ["WebBusy does not at 90 %", { [busy]: steady(9) }, []],
    ["WebBusy does not for a moment", { [busy]: turning(3, 110, 10) }, []],
    ["WebQueueing fires above a second", { [queued("sum")]: growing(900) }, [page("WebQueueing")]],
    ["WebQueueing does not below", { [queued("sum")]: growing(500) }, []],
    ["SidekiqQueueSlow fires above its limit", { [latency]: steady(31) }, [ticket("SidekiqQueueSlow")]],
    ["SidekiqQueueSlow does not at its limit", { [latency]: steady(30) }, []],
    [
      "SidekiqQueueStuck fires above its limit",
      { [latency]: steady(121) },
      [ticket("SidekiqQueueSlow"), page("SidekiqQueueStuck")],
    ],
    ["SidekiqQueueStuck does not at its limit", { [latency]: steady(120) }, [ticket("SidekiqQueueSlow")]],
    ["SidekiqQueueUnserved fires", { [latency]: ending(2, 100) }, [page("SidekiqQueueUnserved")]],
    ["SidekiqQueueUnserved does not during a roll", { [latency]: ending(2, 114) }, []],
    ["SidekiqJobsDying fires above 1 %", { [dead]: growing(15) }, [ticket("SidekiqJobsDying")]],
    ["SidekiqJobsDying does not below", { [dead]: growing(5) }, []],
    ["SidekiqJobsDying does not when the dead set is emptied", { [dead]: turning(9000, 100, 0) }, []],
    [
      "StreamingClientsFalling fires below half",
      { [clients]: turning(100, 100, 40) },
      [ticket("StreamingClientsFalling")],
    ],
    ["StreamingClientsFalling does not above half", { [clients]: turning(100, 100, 60) }, []],
    ["StreamingClientsFalling does not with few clients", { [clients]: turning(40, 100, 0) }, []],
    [
      "StreamingClientsGone fires below a fifth",
      { [clients]: turning(100, 100, 10) },
      [ticket("StreamingClientsFalling"), page("StreamingClientsGone")],
    ],
    [
      "StreamingClientsGone fires when streaming says nothing",
      { [clients]: ending(100, 100) },
      [ticket("StreamingClientsFalling"), page("StreamingClientsGone")],
    ],
    ["StreamingClientsGone does not during a roll", { [clients]: `100x99 0x2 100x30` }, []],
    ["StreamingEventLoopSlow fires", { [lag]: steady(0.2) }, [ticket("StreamingEventLoopSlow")]],
    ["StreamingEventLoopSlow does not at a tenth of a second", { [lag]: steady(0.1) }, []],
    ["DatabaseConnectionsWaiting fires for web", { [waiting.web]: steady(1) }, [page("DatabaseConnectionsWaiting")]],
    [
      "DatabaseConnectionsWaiting fires for sidekiq",
      { [waiting.sidekiq]: steady(1) },
      [page("DatabaseConnectionsWaiting")],
    ],
    [
      "DatabaseConnectionsWaiting fires for streaming",
      { [waiting.streaming]: steady(1) },
      [page("DatabaseConnectionsWaiting")],
    ],
    ["DatabaseConnectionsWaiting does not for a moment", { [waiting.web]: turning(0, 115, 9) }, []],
    [
      "WorkloadUnreachable fires when the pods are gone",
      { [up("streaming", "streaming-1", "streaming")]: ending(1, 105) },
      [page("WorkloadUnreachable")],
    ],
    [
      "WorkloadUnreachable does not during a roll",
      { [up("streaming", "streaming-1", "streaming")]: `1x105 _x2 1x30` },
      [],
    ],
    ["WorkloadShort fires", { [up("web", "web-2", "web")]: ending(1, 80) }, [ticket("WorkloadShort")]],
    ["WorkloadShort does not during a roll", { [up("web", "web-2", "web")]: ending(1, 110) }, []],
    ["TargetDown fires", { [up("web", "web-2", "web")]: turning(1, 100, 0) }, [ticket("TargetDown")]],
    ["TargetDown does not during a restart", { [up("web", "web-2", "web")]: turning(1, 115, 0) }, []],
    ["RulesFailing fires", { [ruleFailures]: growing(1) }, [ticket("RulesFailing")]],
    ["RulesFailing does not for an old failure", { [ruleFailures]: turning(0, 60, 1) }, []],
    ["AlertDeliveryFailing fires for mail", { [undelivered]: growing(1) }, [page("AlertDeliveryFailing")]],
    ["AlertDeliveryFailing fires for Alertmanager", { [dropped]: growing(1) }, [page("AlertDeliveryFailing")]],
    ["AlertDeliveryFailing does not for an old failure", { [undelivered]: turning(0, 60, 1) }, []],
  ];

  test.each(cases)("%s", async (_, series, alerts) => {
    await expectFiring(series, 120, alerts);
  });

  test("has a case in which it fires and one in which it does not", () => {
    const names = new Set(alertsOf(groups).map(({ alert }) => alert));
    for (const name of [...names].filter((one) => !["ErrorBudgetBurn", "Watchdog"].includes(one)))
      for (const verb of ["fires", "does not"])
        expect(cases.map(([title]) => title).join("\n"), `${name} ${verb}`).toContain(`${name} ${verb}`);
  });
});
