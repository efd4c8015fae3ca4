// The jobs of backups as plans reckon with them: pods that come and go, and connections past the pools.
import { backupGrantsRole } from "../../components/backups/grants.ts";
import { type BackupJob, backupJobs, drillJobs } from "../../components/backups/jobs.ts";
import { podRequests } from "../../components/mastodon/demand.ts";
import { grantsResources } from "../../components/mastodon/grants/job.ts";
import type { Settings } from "../settings-schema.ts";
import type { PlannedPods } from "./capacity/pods.ts";

/**
 * Those that may take hours, and so meet. The others take minutes and begin at minutes of their own, as drills have days of their own: of each kind the
 * plan counts one, and where two do meet, one waits, since backups yield to everything.
 */
const long: ReadonlySet<BackupJob["task"]> = new Set(["dump", "media", "offsite"]);

/** The Job that gives the dumping user its rights asks for less than the migration, which has ended by then. */
export function backupPods({ backups }: Pick<Settings, "backups">): PlannedPods[] {
  if (!backups.enabled) return [];
  const jobs = backupJobs(backups).map((job) => ({ job, ...podRequests(job.resources) }));
  const drills = drillJobs(backups).map((job) => {
    const [scripts, server] = [podRequests(job.resources), podRequests(job.postgresql)];
    const together = {
      millicores: scripts.millicores + server.millicores,
      memoryMib: scripts.memoryMib + server.memoryMib,
    };
    return { job, ...together };
  });
  const short = jobs.filter(({ job }) => !long.has(job.task));
  const counted: ReadonlySet<unknown> = new Set([...jobs.filter((one) => !short.includes(one)), short[0], drills[0]]);
  return [
    ...[...jobs, ...drills].map((one) => ({
      name: one.job.role,
      millicores: one.millicores,
      memoryMib: one.memoryMib,
      atRest: 0,
      atPeak: counted.has(one) ? 1 : 0,
    })),
    { name: backupGrantsRole, ...podRequests(grantsResources), atRest: 0, atPeak: 0 },
  ];
}

/** The session that holds the snapshot, pg_dump itself, and as many as tables are dumped at once. */
export function backupConnections({ backups }: Pick<Settings, "backups">): number {
  return backups.enabled ? backups.database.jobs + 2 : 0;
}
