// The dashboard of backups: how old each copy is, when it was last restored for a trial, how large it is and how long it takes.
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { backupSeries } from "../rules/backups.ts";
import { dashboard } from "./panel.ts";

const { success, data, size, duration } = backupSeries;

export function backupCopies(): Dashboard {
  return dashboard("mastodon-backups", "Mastodon: backups", [
    {
      title: "Backups: age of each copy",
      description: "How old the newest copied data is: what would be lost now.",
      unit: "s",
      queries: { "{{task}}": `time() - ${data}{task!~"drill-.+"}` },
    },
    {
      title: "Drills: time since each copy was restored",
      description: "Since its last trial that succeeded.",
      unit: "s",
      queries: { "{{task}}": `time() - ${success}{task=~"drill-.+"}` },
    },
    {
      title: "Size of the newest backup",
      description: "What the task reported.",
      unit: "bytes",
      queries: { "{{task}}": size },
    },
    {
      title: "Duration of the last run",
      description: "A drill's is the time that restoring the database takes.",
      unit: "s",
      queries: { "{{task}}": duration },
    },
  ]);
}
