// Recovery objectives: schedules, retention, drills and standbys that cannot meet them stop here.
import { type PlannedObjective, plannedObjectives } from "../../components/backups/objectives.ts";
import type { BackupsSettings } from "../../components/backups/settings.ts";
import { durationSeconds, durationText } from "../../components/duration.ts";
import { longestGap } from "../../components/mastodon/day-two/schedule.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

type Backups = Pick<Settings, "backups">;

const day = 86_400;

/** A rule of backups that run. */
const whileEnabled = (check: (backups: BackupsSettings) => Problem[]) =>
  rule(["backups"], ({ backups }: Backups) => (backups.enabled ? check(backups) : []));

/** All since a run began is lost when the server is lost just before the next one ends. */
function assertLossWithinObjective(backups: BackupsSettings): Problem[] {
  return plannedObjectives(backups)
    .filter(({ worst, rpo }) => worst > rpo)
    .map((planned) => ({
      path: `backups.objectives.${planned.of}.rpo`,
      value: planned.rpoText,
      message: `cannot be met: ${reckoning(planned)}; allow ${durationText(planned.worst)}, or change ${planned.task.path} or ${planned.task.runPath}`,
    }));
}

function reckoning({ task, worst }: PlannedObjective): string {
  const { schedule, gap, run } = task;
  const before = worst - gap - run;
  const begins = before > 0 ? `what it copies is up to ${durationText(before)} old when it begins, ` : "";
  return `${begins}"${schedule}" leaves up to ${durationText(gap)} between two runs, and one may take ${durationText(run)}, so up to ${durationText(worst)} are lost`;
}

/** A run that begins while the last one is still there does not begin, so that the schedule would say more than happens. */
function assertRunsEndInTime(backups: BackupsSettings): Problem[] {
  const problems = plannedObjectives(backups).flatMap(({ task }) => {
    const value = durationText(task.run);
    const apart = { path: task.runPath, value, message: "" };
    if (task.run > task.gap)
      return [
        { ...apart, message: `must be no longer than the ${durationText(task.gap)} between two runs (${task.path})` },
      ];
    if (task.task === "dump" && task.run > backups.database.hours * 3600)
      return [{ ...apart, message: `must be within backups.database.hours, after which a dump is ended; raise that` }];
    return [];
  });
  return problems;
}

/** Days that lie between two drills of one copy at the most. */
const mostDrillDays = 31;

/** What was restored a season ago says little of what is copied now. */
function assertDrillsEachMonth({ drill, kansasCity }: BackupsSettings): Problem[] {
  const schedules = {
    "backups.drill.schedule": drill.schedule,
    "backups.drill.offsiteSchedule": drill.offsiteSchedule,
    ...(kansasCity?.drill.enabled === true && { "backups.kansasCity.drill.schedule": kansasCity.drill.schedule }),
  };
  return Object.entries(schedules)
    .filter(([, schedule]) => longestGap(schedule) > mostDrillDays * day)
    .map(([path, value]) => ({
      path,
      value,
      message: `leaves ${durationText(longestGap(value))} between two drills; each copy must be restored at least every ${mostDrillDays} days, for example "13 6 * * 6"`,
    }));
}

type Keep = BackupsSettings["database"]["keep"];

/** Age of the oldest backup that stays, in days. A month has 28 at the least. */
function keptDays({ hourly, daily, weekly, monthly }: Keep): number {
  return Math.max(hourly / 24, daily, weekly * 7, monthly * 28);
}

/** A deletion that nobody meant is noticed after days; then there must still be something from before it. */
function assertKeptUntilNoticed({ database, media, immutable, kansasCity, objectives }: BackupsSettings): Problem[] {
  const needed = durationSeconds(objectives.noticed) / day;
  const kept = {
    "backups.database.keep": keptDays(database.keep),
    "backups.media.keepDeletedDays": media.keepDeletedDays,
    "backups.immutable.lockDays": immutable.lockDays,
    ...(kansasCity && {
      "backups.kansasCity.keep": keptDays(kansasCity.keep),
      "backups.kansasCity.keepDeletedDays": kansasCity.keepDeletedDays,
    }),
  };
  return Object.entries(kept)
    .filter(([, days]) => days < needed)
    .map(([path, days]) => ({
      path,
      message: `keeps ${Number(days.toFixed(1))} days, and a loss may go unnoticed for ${objectives.noticed} (backups.objectives.noticed); keep at least ${Math.ceil(needed)} days, or promise to notice sooner`,
    }));
}

/** Without a standby, DigitalOcean makes a failed primary anew from its backups, which takes as long as a fork. */
function assertStandbyForNodeLoss({ backups, database }: Pick<Settings, "backups" | "database">): Problem[] {
  const { nodeLoss, pointInTime } = backups.objectives;
  if (!backups.enabled || database.postgresql.nodes > 1 || nodeLoss.rto === undefined) return [];
  if (durationSeconds(nodeLoss.rto) >= durationSeconds(pointInTime.rto)) return [];
  return [
    {
      path: "backups.objectives.nodeLoss.rto",
      value: nodeLoss.rto,
      message: `needs a standby: a primary without one is made anew from its backups, which takes ${pointInTime.rto}; set database.postgresql.nodes to 2, or allow ${pointInTime.rto}`,
    },
  ];
}

/** Nothing can be opened without the keys, and nothing is known without the state: both are back before the database. */
function assertKeysBackFirst({ objectives }: BackupsSettings): Problem[] {
  const { database } = objectives;
  return (["secrets", "state"] as const)
    .filter((of) => durationSeconds(objectives[of].rto) >= durationSeconds(database.rto))
    .map((of) => ({
      path: `backups.objectives.${of}.rto`,
      value: objectives[of].rto,
      message: `must be shorter than the database's ${database.rto} (backups.objectives.database.rto), which cannot be restored before`,
    }));
}

/** Minutes of changes that DigitalOcean's own backups may lack. It publishes no number; others of its kind ship every five. */
const shippedEvery = "5m";

function assertPointInTimePossible({ objectives }: BackupsSettings): Problem[] {
  const { rpo } = objectives.pointInTime;
  if (durationSeconds(rpo) >= durationSeconds(shippedEvery)) return [];
  const message = `promises more than the platform, which may lose the last ${shippedEvery} (assumed; it publishes nothing); allow at least ${shippedEvery}`;
  return [{ path: "backups.objectives.pointInTime.rpo", value: rpo, message }];
}

/** A promise for a copy that nobody makes. */
function assertCopyIsThere({ objectives, kansasCity }: BackupsSettings): Problem[] {
  if (objectives.kansasCity === undefined || kansasCity !== undefined) return [];
  const message = "is an objective for a copy that there is not; add backups.kansasCity, or take it out";
  return [{ path: "backups.objectives.kansasCity", message }];
}

export const recoveryObjectivesRules = [
  whileEnabled(assertLossWithinObjective),
  whileEnabled(assertRunsEndInTime),
  whileEnabled(assertDrillsEachMonth),
  whileEnabled(assertKeptUntilNoticed),
  rule(["backups", "database"], assertStandbyForNodeLoss),
  whileEnabled(assertKeysBackFirst),
  whileEnabled(assertPointInTimePossible),
  whileEnabled(assertCopyIsThere),
];
