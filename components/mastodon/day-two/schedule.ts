// When CronJobs run: times as Kubernetes takes them, checked before the API server sees them.
import { Cron } from "croner";
import { z } from "zod";

/** What Kubernetes reads (its robfig/cron) and croner reads too: five fields, no `L`, `#`, `?`, `W`, and Sunday is 0. */
const field = "[\\d*,/-]+";
const form = new RegExp(`^${field} ${field} ${field} (${field}|[A-Z,-]+) ([0-6*,/-]+|[A-Z,-]+)$`);

const example = "minute hour day month weekday, weekdays 0 (Sunday) to 6, for example 17 6 * * 0";

/** Any moment: only distances between runs are looked at. */
const start = new Date("2026-01-01T00:00:00Z");

function cronOf(pattern: string): Cron {
  return new Cron(pattern, { mode: "5-part", paused: true, timezone: "Etc/UTC" });
}

const gapsOf = (moments: readonly number[]) => moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));

/** Hours from one run to the next, at the least; undefined where there are no two runs. */
function shortestGap(schedule: string): number | undefined {
  const gaps = gapsOf(cronOf(schedule).nextRuns(50, start).map(Number));
  return gaps.length === 0 ? undefined : Math.min(...gaps) / 3_600_000;
}

const oneDay = 86_400_000;

/** Every pattern of days shows within half a year; only those of certain months, and leap days, take longer. */
const halfYear = 200 * oneDay;
const nineYears = 9 * 366 * oneDay;

/** Gaps that were found: several rules, the alarms and the table ask for the same few. */
const knownGaps = new Map<string, number>();

/** Seconds from one run to the next, at the most, in UTC: between the times of a day, or over the days without a run. */
export function longestGap(schedule: string): number {
  const gap = knownGaps.get(schedule) ?? searchLongestGap(schedule);
  knownGaps.set(schedule, gap);
  return gap;
}

function searchLongestGap(schedule: string): number {
  const [minute = "", hour = "", ...days] = schedule.split(" ");
  const times = momentsOf(`${minute} ${hour} * * *`, oneDay);
  const [, month] = days;
  const nights = momentsOf(`0 0 ${days.join(" ")}`, month === "*" ? halfYear : nineYears);
  const overNight = Math.max(...gapsOf(nights)) - ((times.at(-1) ?? 0) - (times[0] ?? 0));
  return Math.max(overNight, ...gapsOf(times)) / 1000;
}

/** When it runs within so many milliseconds. One by one, because each takes croner some 50 µs. */
function momentsOf(pattern: string, span: number): number[] {
  const cron = cronOf(pattern);
  const moments: number[] = [];
  let next = cron.nextRun(start);
  while (next !== null && next.getTime() <= start.getTime() + span) {
    moments.push(next.getTime());
    next = cron.nextRun(next);
  }
  return moments;
}

/** What is wrong with a schedule, or nothing. */
function scheduleProblem(schedule: string, hours: number): string | undefined {
  if (!form.test(schedule)) return `must be ${example}`;
  try {
    const gap = shortestGap(schedule);
    if (gap === undefined) return `never comes; take ${example}`;
    const found = gap < 1 ? `${Math.round(gap * 60)} min` : `${gap} hours`;
    return gap < hours ? `comes again after ${found}; it must leave ${hours} hours between two runs` : undefined;
  } catch {
    return `has a number that is too large, or a range from a larger to a smaller one; take ${example}`;
  }
}

/**
 * The times of a CronJob.
 * @param hours fewest hours between two runs
 */
export function scheduleSchema(hours: number) {
  return z.string().superRefine((schedule, context) => {
    const message = scheduleProblem(schedule, hours);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

const zones: ReadonlySet<string> = new Set([...Intl.supportedValuesOf("timeZone"), "UTC", "Etc/UTC"]);

/** A time zone by its name in the tz database. Kubernetes takes no offsets, and minds capitals. */
export const timeZoneSchema = z.string().refine((zone) => zones.has(zone), {
  error: "must be a time zone of the tz database, for example America/Toronto or Etc/UTC",
});
