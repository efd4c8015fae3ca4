// Which jobs there are: what each runs, when, which stores it opens, and what it may take. All are plain data.
import type { Resources } from "../mastodon/settings.ts";
import type { BackupsSettings } from "./settings.ts";
import type { BackupRole, ClusterTask } from "./tasks.ts";

/** A bucket by the name of its rclone remote. */
export type Store = "MEDIA" | "BACKUPS" | "OFFSITE" | "REPORTS";

export interface BackupJob {
  readonly task: ClusterTask;
  readonly role: BackupRole;
  readonly schedule: string;
  /** Of the image's scripts, with its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly stores: readonly Store[];
  /** What it reaches inside, beside the metrics: nothing in a drill. */
  readonly reaches?: "database" | "valkey" | "api-server";
  /** Whether old backups of its kind go. */
  readonly keeps: boolean;
  readonly resources: Resources;
  /** Room for files, for example `20Gi`. */
  readonly scratch: string;
  /** It is ended after so many hours. */
  readonly hours: number;
}

/** A drill restores into a PostgreSQL of its own, beside it in the pod. */
export interface DrillJob extends BackupJob {
  readonly task: Extract<ClusterTask, `drill-${string}`>;
  readonly role: Extract<BackupRole, `drill-${string}`>;
  readonly postgresql: Resources;
}

/** What looks at something, or writes little. */
const small = { resources: { cpu: "50m", memory: "64Mi", memoryLimit: "256Mi" }, scratch: "1Gi", hours: 1 } as const;

/** A first copy of everything takes long; it goes on where the last run ended. */
const copyHours = 23;

/** The jobs of the namespace of backups. */
export function backupJobs(settings: BackupsSettings): BackupJob[] {
  const { database, media, offsite, valkey, cluster, escrow, state, resources } = settings;
  return [
    {
      ...job("dump", "dump", database.schedule),
      stores: ["BACKUPS"],
      reaches: "database",
      keeps: true,
      resources,
      scratch: database.scratch,
      hours: database.hours,
    },
    {
      ...job("media", "copy-media", media.schedule),
      stores: ["MEDIA", "BACKUPS"],
      keeps: false,
      resources,
      scratch: media.scratch,
      hours: copyHours,
    },
    {
      ...job("offsite", "copy-offsite", offsite.schedule),
      stores: ["BACKUPS", "OFFSITE"],
      keeps: false,
      resources,
      scratch: offsite.scratch,
      hours: copyHours,
    },
    {
      ...job("valkey", "snapshot-valkey", valkey.schedule),
      stores: ["BACKUPS"],
      reaches: "valkey",
      keeps: true,
      resources,
      scratch: valkey.scratch,
      hours: 2,
    },
    {
      ...job("cluster", "snapshot-cluster", cluster.schedule),
      stores: ["BACKUPS"],
      reaches: "api-server",
      keeps: true,
      ...small,
    },
    { ...job("escrow", "escrow", escrow.schedule), stores: ["BACKUPS"], keeps: false, ...small },
    { ...job("state", "check-state", state.schedule), stores: ["BACKUPS"], keeps: false, ...small },
  ];
}

/** One for each copy, so that a copy that cannot be restored does not keep the other from being tried. */
export function drillJobs({ drill, resources }: BackupsSettings): DrillJob[] {
  const { schedule, offsiteSchedule, resources: postgresql, scratch, hours } = drill;
  const each = { keeps: false, resources, postgresql, scratch, hours } as const;
  return [
    {
      ...each,
      task: "drill-backups",
      role: "drill-backups",
      schedule,
      command: ["drill", "backups"],
      stores: ["BACKUPS", "REPORTS"],
    },
    {
      ...each,
      task: "drill-offsite",
      role: "drill-offsite",
      schedule: offsiteSchedule,
      command: ["drill", "offsite"],
      stores: ["OFFSITE", "REPORTS"],
    },
  ];
}

function job(task: Exclude<ClusterTask, `drill-${string}`>, script: string, schedule: string) {
  return { task, role: `backup-${task}`, schedule, command: [script] } as const;
}
