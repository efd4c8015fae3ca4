// What the objectives and the schedules come to: for each task how far apart its runs are, how long they may take, and what is lost at worst.
import { durationSeconds } from "../duration.ts";
import { longestGap } from "../mastodon/day-two/schedule.ts";
import type { RecoveryObjectives } from "./objectives-settings.ts";
import type { BackupsSettings } from "./settings.ts";
import type { BackupTask } from "./tasks.ts";

/** Things that are backed up. */
const components = ["database", "media", "queues", "secrets", "cluster", "state"] as const;
export type Component = (typeof components)[number];

/** A further copy of everything. */
export type FurtherCopy = "offsite" | "kansasCity";

/** What a task comes to; times in seconds. */
interface PlannedTask {
  readonly task: BackupTask;
  /** Path of the schedule in the settings. */
  readonly path: string;
  readonly schedule: string;
  /** Longest time from one run to the next. */
  readonly gap: number;
  /** Longest run that is reckoned with. */
  readonly run: number;
  /** Path of that in the settings. */
  readonly runPath: string;
}

/** A thing or a further copy with its objective. */
export interface PlannedObjective {
  readonly of: Component | FurtherCopy;
  readonly task: PlannedTask;
  /** Most that may be lost, in seconds. */
  readonly rpo: number;
  /** As the settings say it. */
  readonly rpoText: string;
  /** What is lost at worst: all since a run began, just before the next one ends. */
  readonly worst: number;
  /** Whether somebody gets up when it is broken. */
  readonly urgent: boolean;
}

const taskOf = {
  database: "dump",
  media: "media",
  queues: "valkey",
  secrets: "escrow",
  cluster: "cluster",
  state: "state",
} as const satisfies Record<Component, BackupTask>;

/** Losing one of these is losing what people posted; the others are made again with more work. */
const urgentComponents: ReadonlySet<Component> = new Set(["database", "media"]);

const defaultKansasCityRpo = "24h";

/** The objectives of the things themselves, then those of the copies that there are. */
export function plannedObjectives(settings: BackupsSettings): PlannedObjective[] {
  const { objectives, offsite, kansasCity } = settings;
  const things = components.map((of): PlannedObjective => {
    const task = plannedTask(objectives, ...scheduled(settings, of));
    const urgent = urgentComponents.has(of);
    return { of, task, ...limit(objectives[of].rpo), worst: task.gap + task.run, urgent };
  });
  const copy = (of: FurtherCopy, name: BackupTask, schedule: string, rpo: string): PlannedObjective => {
    const task = plannedTask(objectives, name, of, schedule);
    // A copy takes what is there when it begins: the database or the media, as old as they may be.
    const taken = things.filter(
      ({ of: thing, urgent }) => urgent && !(of === "offsite" && thing === "media" && !offsite.media),
    );
    const oldest = Math.max(...taken.map(({ worst }) => worst));
    return { of, task, ...limit(rpo), worst: oldest + task.gap + task.run, urgent: true };
  };
  return [
    ...things,
    copy("offsite", "offsite", offsite.schedule, objectives.offsite.rpo),
    ...(kansasCity === undefined
      ? []
      : [copy("kansasCity", "kansas-city", kansasCity.schedule, objectives.kansasCity?.rpo ?? defaultKansasCityRpo)]),
  ];
}

const limit = (rpo: string) => ({ rpo: durationSeconds(rpo), rpoText: rpo });

/** The task of a thing, its key in the settings, and when it runs. */
function scheduled(settings: BackupsSettings, of: Component): [BackupTask, TaskKey, string] {
  const task = taskOf[of];
  const key = task === "dump" ? "database" : task;
  return [task, key, settings[key].schedule];
}

type TaskKey = "database" | "media" | "valkey" | "escrow" | "cluster" | "state" | FurtherCopy;

function plannedTask(objectives: RecoveryObjectives, task: BackupTask, key: TaskKey, schedule: string): PlannedTask {
  const runKey = key === "database" ? "dump" : key;
  return {
    task,
    path: `backups.${key}.schedule`,
    schedule,
    gap: longestGap(schedule),
    run: durationSeconds(objectives.runs[runKey]),
    runPath: `backups.objectives.runs.${runKey}`,
  };
}
