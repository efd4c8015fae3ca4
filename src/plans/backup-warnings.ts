// What a preview says of backups without refusing anything: that there are none, or that nobody would hear when they stop.
import type { BackupTask } from "../../components/backups/tasks.ts";
import { watchedBackups } from "../../components/backups/watched.ts";
import type { Settings } from "../settings-schema.ts";

type BackupPart = Pick<Settings, "protect" | "backups" | "metrics" | "secrets" | "staging">;

/** Only a server that matters is warned of, which a copy of another server is not. */
export function backupWarnings({ protect, backups, metrics, secrets, staging }: BackupPart): string[] {
  if (!protect || staging !== undefined) return [];
  if (!backups.enabled)
    return [
      "mastodon:backups.enabled: false leaves this server with DigitalOcean's own backups of its database, 7 days in the same region, and no second copy of its media; set it to true, or protect to false for a server whose data is worthless",
    ];
  if (metrics.enabled) return [];
  const silent = urgentTasks(backups).filter((task) => secrets.backups.heartbeats[task] === undefined);
  if (silent.length === 0) return [];
  return [
    `mastodon:backups: nobody is told when ${silent.join(", ")} ${silent.length > 1 ? "stop" : "stops"}; set metrics.enabled to true, or give secrets.backups.heartbeats an address for each`,
  ];
}

/** Those that somebody would get up for. */
function urgentTasks(backups: Settings["backups"]): BackupTask[] {
  return watchedBackups(backups, true)
    .filter(({ urgent }) => urgent)
    .map(({ task }) => task);
}
