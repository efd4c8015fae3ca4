// The service level: the share of requests that web answers, and alerts when the error budget burns too fast.
//
// What carries it: `ruby_http_requests_total` counts each request that reached Rails, by status. 5xx and -1 (no answer at all) are failures.
// What it cannot see: requests that never reached Rails. So the time in which no Puma thread or no nginx runs counts as failed altogether; a
// single 502 of the edge, the load balancer and the way to it are seen by the checks from outside alone (components/monitoring). The very first
// failure of an action in a pod is not counted either: a counter has to be seen once before it can grow.
import { alert, type Recording, type Severity, type UnlinkedGroup } from "./rule.ts";

/** A rate of burning the budget that is watched over two windows: the long one says that it matters, the short one that it lasts. */
interface Burn {
  readonly severity: Severity;
  readonly long: Window;
  readonly short: Window;
  /** How many times faster than the objective allows. */
  readonly factor: number;
}

const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;
type Window = (typeof windows)[number];

/**
 * Google's SRE Workbook, chapter 5, table 5-8, and the usual third row. A total outage meets the first row within a minute; the last is
 * the budget of a month spent evenly, and a little more.
 */
const burns: readonly Burn[] = [
  { severity: "page", long: "1h", short: "5m", factor: 14.4 },
  { severity: "page", long: "6h", short: "30m", factor: 6 },
  { severity: "ticket", long: "1d", short: "2h", factor: 3 },
  { severity: "ticket", long: "3d", short: "6h", factor: 1 },
];

/** Requests a second below which a few failures would weigh too much: quieter servers are judged as if they had this many. */
const fewestRequests = 1;

const requests = "mastodon:web_requests:rate5m";
const failures = "mastodon:web_failures:rate5m";
const reachable = "mastodon:web_reachable:bool";

/** Name of the recorded share of failures in a window. */
export function errorRatio(window: Window): string {
  return `mastodon:web_errors:ratio_${window}`;
}

/** @param objective share of requests that must be answered, for example 0.999 */
export function availabilityGroup(objective: number): UnlinkedGroup {
  const total = `sum(rate(ruby_http_requests_total{job="web"}[5m])) or vector(0)`;
  const failed = `sum(rate(ruby_http_requests_total{job="web",status=~"5..|-1"}[5m])) or vector(0)`;
  return {
    name: "availability",
    rules: [
      { record: requests, expr: total },
      { record: failures, expr: failed },
      {
        record: reachable,
        // Not `up` of web: the exporter beside Puma answers when Puma is dead, but forgets Puma's figures after 30 s.
        expr: `(max(ruby_puma_running_threads{job="web"} > bool 0) or vector(0)) * (max(up{job="edge"}) or vector(0))`,
      },
      ...windows.map(ratioOver),
      ...burns.map((burn) => burnAlert(burn, objective)),
    ],
  };
}

function ratioOver(window: Window): Recording {
  // The rates look five minutes back themselves, so for the shortest window they are taken as they are.
  const over = (series: string) => (window === "5m" ? series : `avg_over_time(${series}[${window}])`);
  const away = `1 - avg_over_time(${reachable}[${window}])`;
  return {
    record: errorRatio(window),
    expr: `clamp_max(${over(failures)} / clamp_min(${over(requests)}, ${fewestRequests}) + ${away}, 1)`,
  };
}

function burnAlert({ severity, long, short, factor }: Burn, objective: number) {
  const limit = Number((factor * (1 - objective)).toPrecision(6));
  return alert({
    alert: "ErrorBudgetBurn",
    severity,
    expr: `${errorRatio(long)} > ${limit} and ${errorRatio(short)} > ${limit}`,
    lasting: severity === "page" ? "2m" : "15m",
    labels: { long, short },
    summary: `{{ $value | humanizePercentage }} of requests failed in the last ${long}`,
    description:
      `People see errors. The budget of ${percent(1 - objective)} failed requests in 30 days burns ${factor} times faster than it may, ` +
      `over the last ${long} and still over the last ${short}.`,
  });
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
