// What a simulation found: latency of each queue on an ordinary day, and how long an outage is felt. Figures, and the same as tables.
import Table from "cli-table3";
import type { Assumptions } from "./assumptions.ts";
import type { ProcessGroup, SimulatedSettings } from "./groups.ts";
import { simulate } from "./simulate.ts";

/** Limits that a shape has to hold: 120 s is where toot.community pages (facts C1), an hour is this stack's own promise. */
export const targets = { latencySeconds: 120, catchUpSeconds: 3600 } as const;

export interface SimulationOptions {
  readonly assumptions: Assumptions;
  readonly seed: number;
  readonly outageHours: number;
  /** Hour of the day at which it begins. */
  readonly outageAt: number;
}

interface QueueFigures {
  readonly queue: string;
  /** Seconds that the oldest job waits: half of the day less, all but a hundredth of it less, and the longest. */
  readonly day: { readonly half: number; readonly most: number; readonly longest: number };
  /** Seconds after the outage until no job waits longer than the limit; undefined where that was not reached. */
  readonly catchUp: number | undefined;
}

export interface SimulationFigures {
  readonly queues: readonly QueueFigures[];
  readonly groups: readonly (ProcessGroup & { readonly mostOnDay: number; readonly mostAfterOutage: number })[];
  readonly mostNodes: { readonly day: number; readonly afterOutage: number };
  /** Of the slowest queue. */
  readonly catchUp: number | undefined;
  readonly longestOnDay: number;
}

/** Hours after an outage that are looked at. */
const patienceHours = 72;

/** An ordinary day, and then a day with an outage, each from its own beginning. */
export function simulationFigures(settings: SimulatedSettings, options: SimulationOptions): SimulationFigures {
  const day = ordinaryDay(settings, options);
  const outage = dayWithOutage(settings, options);
  const queues = [...options.assumptions.queues.keys()].map((queue) => ({
    queue,
    day: spread(day.latencies.get(queue) ?? []),
    catchUp: outage.caughtUp ? (outage.lastLate.get(queue) ?? 0) : undefined,
  }));
  return {
    queues,
    groups: day.groups.map((group, index) => ({
      ...group,
      mostOnDay: day.most[index] ?? 0,
      mostAfterOutage: outage.most[index] ?? 0,
    })),
    mostNodes: { day: day.nodes, afterOutage: outage.nodes },
    catchUp: outage.caughtUp ? Math.max(...outage.lastLate.values(), 0) : undefined,
    longestOnDay: Math.max(...queues.map((figures) => figures.day.longest)),
  };
}

/** The hour before midnight lets pods come to where they belong, and is not counted. */
function ordinaryDay(settings: SimulatedSettings, { assumptions, seed }: SimulationOptions) {
  const latencies = new Map<string, number[]>([...assumptions.queues.keys()].map((name) => [name, []]));
  const seen = { most: [] as readonly number[], nodes: 0 };
  const scenario = { assumptions, seed, startHour: 23, hours: 25 };
  const groups = simulate(settings, scenario, ({ now, queues, pods, nodes }) => {
    if (now < 3600) return true;
    for (const [name, queue] of queues) latencies.get(name)?.push(queue.latency(now));
    seen.most = pods.map((count, index) => Math.max(count, seen.most[index] ?? 0));
    seen.nodes = Math.max(seen.nodes, nodes);
    return true;
  });
  return { groups, latencies, ...seen };
}

function dayWithOutage(settings: SimulatedSettings, { assumptions, seed, outageHours, outageAt }: SimulationOptions) {
  const outage = { from: 1, until: 1 + outageHours };
  const end = outage.until * 3600;
  const lastLate = new Map<string, number>();
  const seen = { most: [] as readonly number[], nodes: 0, late: 0, caughtUp: false };
  const hours = outage.until + patienceHours;
  simulate(settings, { assumptions, seed, startHour: outageAt + 23, hours, outage }, ({ now, queues, pods, nodes }) => {
    if (now < end) return true;
    for (const [name, queue] of queues) {
      if (queue.latency(now) <= targets.latencySeconds) continue;
      lastLate.set(name, now - end + 1);
      seen.late = now;
    }
    seen.most = pods.map((count, index) => Math.max(count, seen.most[index] ?? 0));
    seen.nodes = Math.max(seen.nodes, nodes);
    // Ten quiet minutes: what comes late again after that is another story.
    seen.caughtUp = now - Math.max(seen.late, end) > 600;
    return !seen.caughtUp;
  });
  return { lastLate, ...seen };
}

function spread(seconds: readonly number[]) {
  const sorted = Float64Array.from(seconds).toSorted();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { half: at(0.5), most: at(0.99), longest: sorted.at(-1) ?? 0 };
}

const style = { head: [], border: [], compact: true };

/** For people: a line on what was simulated, two tables, and whether the shape holds. */
export function simulationText(figures: SimulationFigures, options: SimulationOptions): string {
  const { assumptions, seed, outageHours, outageAt } = options;
  const jobs = new Intl.NumberFormat("en").format(assumptions.jobsPerDay);
  return [
    `${jobs} jobs a day; an outage of ${outageHours} h from ${outageAt}:00, while jobs go on coming; seed ${seed}.`,
    queueTable(figures),
    groupTable(figures),
    `Nodes: at most ${figures.mostNodes.day} on an ordinary day, ${figures.mostNodes.afterOutage} after the outage.`,
    ...verdicts(figures).map(({ text }) => text),
  ].join("\n");
}

function queueTable({ queues }: SimulationFigures): string {
  const table = new Table({
    head: ["queue", "half of the day", "99 % of it", "longest wait", "caught up after outage"],
    colAligns: ["left", "right", "right", "right", "right"],
    style,
  });
  for (const { queue, day, catchUp } of queues)
    table.push([queue, `${day.half} s`, `${day.most} s`, `${day.longest} s`, timeText(catchUp)]);
  return table.toString();
}

function groupTable({ groups }: SimulationFigures): string {
  const table = new Table({
    head: ["processes", "threads each", "at rest", "most on the day", "most after outage", "allowed"],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style,
  });
  for (const { name, threads, min, mostOnDay, mostAfterOutage, max } of groups)
    table.push([name, threads, min, mostOnDay, mostAfterOutage, max]);
  return table.toString();
}

function timeText(seconds: number | undefined): string {
  if (seconds === undefined) return `not within ${patienceHours} h`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Whether the shape holds what it has to, with what would help. */
export function verdicts({
  longestOnDay,
  catchUp,
}: SimulationFigures): { readonly holds: boolean; readonly text: string }[] {
  const help =
    "raise maxReplicas (replicas, without autoscaling) or threads of the group that is at its most, and what the connection and capacity plans then ask for";
  const dayHolds = longestOnDay <= targets.latencySeconds;
  const outageHolds = catchUp !== undefined && catchUp <= targets.catchUpSeconds;
  return [
    {
      holds: dayHolds,
      text: `Ordinary day: no job waits longer than ${longestOnDay} s; allowed are ${targets.latencySeconds} s.${dayHolds ? "" : ` Too long: ${help}.`}`,
    },
    {
      holds: outageHolds,
      text: `After the outage: caught up ${catchUp === undefined ? "" : "within "}${timeText(catchUp)}; allowed is ${timeText(targets.catchUpSeconds)}.${outageHolds ? "" : ` Too late: ${help}.`}`,
    },
  ];
}
