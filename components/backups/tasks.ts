// The names of all that makes, copies or proves backups: they stand in metrics, heartbeats and alerts.

/** What runs in the cluster. */
const clusterTasks = [
  "dump",
  "media",
  "offsite",
  "valkey",
  "cluster",
  "state",
  "escrow",
  "drill-backups",
  "drill-offsite",
] as const;

export type ClusterTask = (typeof clusterTasks)[number];

export const backupTasks = [...clusterTasks, "kansas-city", "drill-kansas-city"] as const;

export type BackupTask = (typeof backupTasks)[number];

/** Kinds of pods: name of a task's CronJob, account, policy, and of the ConfigMap and the Secret with its environment. */
export type BackupRole = `backup-${Exclude<ClusterTask, `drill-${string}`>}` | `drill-${"backups" | "offsite"}`;
