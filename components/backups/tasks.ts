// The names of all that makes, copies or proves backups: they stand in metrics, heartbeats and alerts.

export const backupTasks = [
  "dump",
  "media",
  "offsite",
  "kansas-city",
  "valkey",
  "cluster",
  "state",
  "escrow",
  "drill-backups",
  "drill-offsite",
  "drill-kansas-city",
] as const;

export type BackupTask = (typeof backupTasks)[number];
