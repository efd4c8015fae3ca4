// What alarms know of each task: when its data is too old, when a run is late, when it took too long. All of it follows from the objectives.
import { durationSeconds } from "../duration.ts";
import { longestGap } from "../mastodon/day-two/schedule.ts";
import type { WatchedBackup } from "../metrics/rules/backups.ts";
import { plannedObjectives } from "./objectives.ts";
import type { BackupsSettings } from "./settings.ts";
import type { BackupTask } from "./tasks.ts";

/** Seconds for a pod to start, and to be asked for its metrics. */
const slack = 600;

/** Backups that hold everything each time, so that a half is suspicious. Queues are empty when all is well, and copies send what is new. */
const steadyTasks: ReadonlySet<BackupTask> = new Set(["dump", "media", "cluster"]);

/** As alarms know it, by its name. */
type WatchedTask = WatchedBackup & { readonly task: BackupTask };

/**
 * The tasks that push their news.
 * @param kansasCity whether the host in Kansas City reaches the Pushgateway; otherwise only its own heartbeat tells of it
 */
export function watchedBackups(settings: BackupsSettings, kansasCity: boolean): WatchedTask[] {
  if (!settings.enabled) return [];
  const copies = plannedObjectives(settings).map(({ task, rpo, urgent }) => ({
    task: task.task,
    drill: false,
    urgent,
    // The bundle of keys is as old as the keys are: it has to be there, and the task looks whether it is.
    oldest: task.task === "escrow" ? undefined : rpo,
    // Never later than the objective is broken.
    late: Math.min(task.gap + task.run + slack, rpo),
    duration: task.run,
    steady: steadyTasks.has(task.task),
  }));
  return [...copies, ...drills(settings)].filter(({ task }) => kansasCity || !task.includes("kansas-city"));
}

/** A drill that fails is told of as soon as it should have succeeded. */
function drills({ drill, kansasCity, objectives }: BackupsSettings): WatchedTask[] {
  const watched = (task: BackupTask, schedule: string) => {
    const age = longestGap(schedule) + drill.hours * 3600 + slack;
    const duration = durationSeconds(objectives.database.rto);
    return { task, drill: true, urgent: true, oldest: age, late: age, duration, steady: false };
  };
  return [
    watched("drill-backups", drill.schedule),
    watched("drill-offsite", drill.offsiteSchedule),
    ...(kansasCity?.drill.enabled === true ? [watched("drill-kansas-city", kansasCity.drill.schedule)] : []),
  ];
}
