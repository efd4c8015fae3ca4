// Two tasks of backups as alarms know them: a dump every hour, and a drill every week.
import type { WatchedBackup } from "../../components/metrics/rules/backups.ts";

export const watchedDump: WatchedBackup = {
  task: "dump",
  drill: false,
  urgent: true,
  oldest: 10_800,
  late: 6000,
  duration: 1800,
  steady: true,
};

export const watchedDrill: WatchedBackup = {
  task: "drill-offsite",
  drill: true,
  urgent: true,
  oldest: 36_000,
  late: 36_000,
  duration: 28_800,
  steady: false,
};

/** Nobody gets up for this one. */
export const watchedState: WatchedBackup = {
  task: "state",
  drill: false,
  urgent: false,
  oldest: 14_400,
  late: 14_400,
  duration: 900,
  steady: false,
};

export const watchedSamples: readonly WatchedBackup[] = [watchedDump, watchedDrill, watchedState];
