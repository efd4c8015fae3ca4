// The queue simulation: a day's jobs, and the hours after an outage, through the settings of a stack. The same seed gives the same result.
import { randomLcg, randomPoisson } from "d3-random";
import { poolSizes } from "../plans/connections/budget.ts";
import type { Assumptions } from "./assumptions.ts";
import { type ProcessGroup, processGroups, type SimulatedSettings } from "./groups.ts";
import { Nodes } from "./nodes.ts";
import { WaitingJobs } from "./queue.ts";
import { type Sample, Scaler } from "./scaler.ts";
import { workOneSecond } from "./work.ts";

export interface Scenario {
  readonly assumptions: Assumptions;
  readonly seed: number;
  /** Hour of the day at which it begins, and hours that it lasts at most. */
  readonly startHour: number;
  readonly hours: number;
  /** Hours after the beginning in which nothing is worked off while jobs go on coming. @default - none */
  readonly outage?: { readonly from: number; readonly until: number } | undefined;
}

/** Called for each second. */
export interface Moment {
  /** Seconds since the beginning. */
  readonly now: number;
  readonly queues: ReadonlyMap<string, WaitingJobs>;
  /** Pods by group, as the scaler wants them. */
  readonly pods: readonly number[];
  readonly nodes: number;
}

/**
 * @param watch sees each second, and ends the simulation by returning false
 * @returns the groups, in the order of `pods`
 */
export function simulate(
  settings: SimulatedSettings,
  scenario: Scenario,
  watch: (moment: Moment) => boolean,
): ProcessGroup[] {
  const { assumptions: assumed, outage } = scenario;
  const groups = processGroups(settings);
  const queues = new Map([...assumed.queues.keys()].map((name) => [name, new WaitingJobs()]));
  const arrivals = arrivalsOf(scenario);
  const scalers = groups.map((group) => new Scaler(group, settings.autoscaling));
  const limits = { costs: assumed.queues, connections: poolSizes(settings).sidekiq };
  const nodes = new Nodes(settings, groups, assumed);
  const samples = new Map<string, Sample[]>([...queues.keys()].map((name) => [name, []]));
  let pods = groups.map(({ min }) => min);
  pods.forEach((count, group) => nodes.scale(group, count, -3600));
  for (let now = 0; now < scenario.hours * 3600; now++) {
    for (const [name, queue] of queues) queue.add(now, arrivals(name, now));
    const down = outage !== undefined && now >= outage.from * 3600 && now < outage.until * 3600;
    if (outage !== undefined && now === outage.until * 3600) nodes.restart(now);
    const ready = groups.map((_, group) => (down ? 0 : nodes.ready(group, now)));
    workOneSecond(groups, ready, queues, limits);
    if (now % settings.metrics.scrapeSeconds === 0) look(now, down, queues, samples);
    // Nobody shows metrics while everything is down, so nothing is scaled; a pod that found no room asks for it again each time.
    if (now % assumed.autoscalerSeconds === 0 && !down) {
      pods = pods.map(
        (count, group) => scalers[group]?.next(now, count, Math.max(1, ready[group] ?? 0), samples) ?? count,
      );
      pods.forEach((count, group) => nodes.scale(group, count, now));
    }
    if (!watch({ now, queues, pods, nodes: nodes.count })) break;
  }
  return groups;
}

const longestWindow = 3600;

function look(now: number, down: boolean, queues: Moment["queues"], samples: Map<string, Sample[]>): void {
  for (const [name, queue] of queues) {
    const kept = (samples.get(name) ?? []).filter(({ at }) => at > now - longestWindow);
    const seen = down ? [] : [{ at: now, latency: queue.latency(now), backlog: queue.backlog }];
    samples.set(name, [...kept, ...seen]);
  }
}

/** Jobs that come in a second: as chance has it around the hour's mean, and now and then many at once. */
function arrivalsOf({ assumptions, seed, startHour }: Scenario): (queue: string, now: number) => number {
  const random = randomLcg(seed);
  const poisson = randomPoisson.source(random);
  const { dayCurve, jobsPerDay, bursts } = assumptions;
  const mean = dayCurve.reduce((sum, factor) => sum + factor, 0) / dayCurve.length;
  const perSecond = jobsPerDay / 86_400;
  const inBursts = (bursts.perHour * bursts.jobs) / 3600;
  return (queue, now) => {
    const share = assumptions.queues.get(queue)?.share ?? 0;
    const factor = (dayCurve[Math.floor(startHour + now / 3600) % 24] ?? mean) / mean;
    const usual = Math.max(0, perSecond * share - (queue === bursts.queue ? inBursts : 0)) * factor;
    const burst = queue === bursts.queue && random() < (bursts.perHour * factor) / 3600 ? bursts.jobs : 0;
    return poisson(usual)() + burst;
  };
}
