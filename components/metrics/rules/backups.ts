// Backups: how old the newest success and the newest copied data of each task are. A job that fails, or does not run at all, says nothing: only age tells.
//
// The Pushgateway loses what it has with its pod, and a drill may be silent for a month. So the rules carry the newest timestamps on by themselves. What
// was never heard of counts as if it had succeeded when Prometheus began to watch it: a backup that never works is told of after the same time as one
// that stopped. A timestamp from the future is not believed, or a wrong clock would keep everybody quiet for as long.
import { alert, type Recording, type UnlinkedGroup } from "./rule.ts";

/** A task that makes, copies or proves backups; times in seconds. */
export interface WatchedBackup {
  readonly task: string;
  /** A drill restores a copy and throws the result away; the others make or copy backups. */
  readonly drill: boolean;
  /** Whether somebody gets up for it, or looks within a working day. */
  readonly urgent: boolean;
  /** Its newest data may be so old; of a drill, its last success. @default - data stays right however old it is; only `late` counts */
  readonly oldest?: number | undefined;
  /** Its last success may be so long ago until somebody looks. */
  readonly late: number;
  /** Longest run that the objectives reckon with; of a drill, the time in which the server has to be back. */
  readonly duration: number;
  /** Whether its backups are about as large from day to day, so that a half is suspicious. */
  readonly steady: boolean;
}

/** Seconds by which clocks may differ. */
const clockSlack = 300;

/** How long Prometheus may be down, and the newest timestamps still be known. */
const carried = "1d";

/** Recordings, for dashboards. */
export const backupSeries = {
  success: "mastodon:backup_success:timestamp",
  data: "mastodon:backup_data:timestamp",
  size: "mastodon:backup_size:bytes",
  duration: "mastodon:backup_duration:seconds",
} as const;
const { success, data, size, duration } = backupSeries;
/** Kinds: page, ticket, late, duration. */
const limit = "mastodon:backup_limit:seconds";

const drills = `task=~"drill-.+"`;
const copies = `task!~"drill-.+"`;

/** What each task may reach, as series, so that one rule serves all tasks. */
function limitRecordings({ task, urgent, oldest, late, duration: longest, steady }: WatchedBackup): Recording[] {
  const limits = {
    ...(oldest !== undefined && { [urgent ? "page" : "ticket"]: oldest }),
    late,
    duration: longest,
  };
  return [
    ...Object.entries(limits).map(([kind, seconds]) => ({
      record: limit,
      expr: `vector(${seconds})`,
      labels: { task, limit: kind },
    })),
    ...(steady ? [{ record: "mastodon:backup_steady:bool", expr: "vector(1)", labels: { task } }] : []),
  ];
}

function newest(record: string, pushed: string): Recording {
  return {
    record,
    expr:
      `max by (task) (${pushed}{job="backup"} <= time() + ${clockSlack})` +
      ` or last_over_time(${record}[${carried}])` +
      ` or max by (task) (${limit}) * 0 + time()`,
  };
}

/** Tasks with these labels whose newest timestamp is older than their limit of that kind. */
const older = (record: string, tasks: string, kind: string) =>
  `time() - ${record}{${tasks}} > on (task) ${limit}{limit="${kind}"}`;

export function backupGroup(watched: readonly WatchedBackup[]): UnlinkedGroup {
  return {
    name: "backups",
    rules: [
      ...watched.flatMap(limitRecordings),
      newest(success, "mastodon_backup_last_success_timestamp_seconds"),
      newest(data, "mastodon_backup_data_timestamp_seconds"),
      { record: size, expr: `max by (task) (mastodon_backup_size_bytes{job="backup"})` },
      { record: duration, expr: `max by (task) (mastodon_backup_duration_seconds{job="backup"})` },
      ...ageAlerts,
      ...runAlerts,
    ],
  };
}

const tooOld = (severity: "page" | "ticket") =>
  alert({
    alert: "BackupTooOld",
    severity,
    expr: older(data, copies, severity),
    summary: "the newest data of {{ $labels.task }} is {{ $value | humanizeDuration }} old",
    description:
      "More would be lost now than the recovery objective allows. Everything else may look well: only the backups are not.",
  });

const ageAlerts = [
  tooOld("page"),
  tooOld("ticket"),
  alert({
    alert: "BackupLate",
    severity: "ticket",
    expr: older(success, copies, "late"),
    lasting: "5m",
    summary: "{{ $labels.task }} succeeded {{ $value | humanizeDuration }} ago",
    description: "A run failed or did not begin. If the next one fails too, the recovery objective may be broken.",
  }),
  alert({
    alert: "DrillTooOld",
    severity: "page",
    expr: older(success, drills, "page"),
    summary: "{{ $labels.task }} succeeded {{ $value | humanizeDuration }} ago",
    description: "Nobody knows whether this copy can be restored: its last drill failed, or did not begin.",
  }),
];

const runAlerts = [
  alert({
    alert: "BackupShrunk",
    severity: "page",
    expr: `${size} < 0.5 * quantile_over_time(0.5, ${size}[1w]) and on (task) mastodon:backup_steady:bool`,
    lasting: "5m",
    summary: "the newest backup of {{ $labels.task }} has only {{ $value | humanize1024 }}B",
    description:
      "Less than half of what the last week's had. Data is missing from the backup, or from the server; older backups still have it, until they expire.",
  }),
  alert({
    alert: "BackupSlow",
    severity: "ticket",
    expr: `${duration}{${copies}} > on (task) ${limit}{limit="duration"}`,
    lasting: "5m",
    summary: "{{ $labels.task }} took {{ $value | humanizeDuration }}",
    description: "Longer than the recovery objectives reckon with: more may be lost than they say.",
  }),
  alert({
    alert: "RestoreSlow",
    severity: "ticket",
    expr: `${duration}{${drills}} > on (task) ${limit}{limit="duration"}`,
    lasting: "5m",
    summary: "{{ $labels.task }} took {{ $value | humanizeDuration }}",
    description: "The restore alone takes longer than the time in which the server has to be back.",
  }),
];
