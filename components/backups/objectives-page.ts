// The recovery objectives as a page of the handbook, docs/recovery-objectives.md: what is promised, from where, how soon somebody hears of it.
import { durationText } from "../duration.ts";
import { longestGap } from "../mastodon/day-two/schedule.ts";
import { markdownTable } from "../markdown-table.ts";
import { type Component, type FurtherCopy, type PlannedObjective, plannedObjectives } from "./objectives.ts";
import type { BackupsSettings } from "./settings.ts";
import type { BackupTask } from "./tasks.ts";
import { watchedBackups } from "./watched.ts";

export interface PageSettings {
  readonly backups: BackupsSettings;
  /** Where the backups bucket is. */
  readonly region: string;
  /** Whether the database has a standby. */
  readonly standby: boolean;
}

const titles: Readonly<Record<Component | FurtherCopy, string>> = {
  database: "database",
  media: "media",
  queues: "queues and home feeds (Valkey)",
  secrets: "the server's keys",
  cluster: "objects in the cluster",
  state: "Pulumi's state",
  offsite: "everything, at the other provider",
  kansasCity: "everything, in Kansas City",
};

/** What is known of each time, so that nobody takes a guess for a measurement. */
const grounds: Readonly<Record<Component, string>> = {
  database: "the drills measure the restore (`RestoreSlow` rings); the way to another region is assumed",
  media: "assumed: some 50 MB/s between two regions; the server runs meanwhile",
  queues: "assumed; with the database",
  secrets: "assumed: two people with their private keys",
  cluster: "assumed; `pulumi up` makes most of it anew",
  state: "assumed: one download",
};

/** Where the schedule does not say what is lost. */
const otherLoss: Readonly<Partial<Record<PlannedObjective["of"], string>>> = {
  secrets: "nothing: the bundle comes with the update that makes a key",
  state: "what changed since `npm run backup-state`",
};

const head = `# Recovery objectives

What may be lost (RPO), how long it takes to be back (RTO), and how soon somebody hears when that cannot be kept. The numbers are those of
\`Pulumi.prod.yaml\`; settings under \`mastodon:backups.objectives\` change them. Written by \`npm run generate\`. A preview refuses schedules, retention and drills
that cannot meet the objectives; alarms follow from them, so none can come too late.
`;

/** Text of the page. */
export function objectivesPage(settings: PageSettings): string {
  return [
    head,
    platformPart(settings),
    ownPart(settings),
    copiesPart(settings),
    drillPart(settings),
    tail(settings),
  ].join("\n");
}

function platformPart({ backups, standby }: PageSettings): string {
  const { pointInTime, nodeLoss } = backups.objectives;
  const lost = nodeLoss.rto ?? (standby ? "1h" : pointInTime.rto);
  return `## While the region is there

${markdownTable(
  ["What happens", "Way back", "Lost at worst", "Back within", "Known how"],
  [
    ["a node, a pod", "Kubernetes starts it elsewhere", "nothing", lost, "assumed"],
    [
      "the database's primary",
      standby ? "the standby takes over" : "DigitalOcean makes it anew from its backups",
      standby ? "what was not yet replicated" : pointInTime.rpo,
      lost,
      "assumed; DigitalOcean publishes no number",
    ],
    [
      "data deleted or damaged, noticed within 7 days",
      "a fork of the database from DigitalOcean's own backups, to any moment",
      pointInTime.rpo,
      pointInTime.rto,
      "assumed; DigitalOcean publishes no number",
    ],
  ],
)}`;
}

function ownPart(settings: PageSettings): string {
  const { backups, region } = settings;
  const alarms = alarmsOf(backups);
  const rows = plannedObjectives(backups).flatMap((planned) => {
    const { of } = planned;
    if (of === "offsite" || of === "kansasCity") return [];
    return [[titles[of], ...lossCells(planned, alarms), backups.objectives[of].rto, grounds[of]]];
  });
  return `## After the loss of a region: from the backups bucket in ${region.toUpperCase()}

${markdownTable(["What", "Runs (UTC)", "Lost at worst", "Objective", "Told", "Back within", "Known how"], rows)}
*Lost at worst* is all since a run began, just before the next one ends: the longest time between two runs and the longest run that is reckoned with
(\`objectives.runs\`; longer ones ring as \`BackupSlow\`). The keys' objective is how long a missing bundle may go unseen. A run that fails makes a ticket (\`BackupLate\`) before the objective is broken.
`;
}

/** When it runs, what is lost, the objective, and who is told. What never grows old is told of when a run is late. */
function lossCells({ of, task, worst, rpoText, urgent }: PlannedObjective, alarms: Alarms): string[] {
  const told = `${urgent ? "page" : "ticket"} after ${durationText(alarms.get(task.task) ?? 0)}`;
  return [`\`${task.schedule}\``, otherLoss[of] ?? durationText(worst), rpoText, told];
}

type Alarms = ReadonlyMap<BackupTask, number>;

/** Age at which somebody is told, in seconds. */
function alarmsOf(backups: BackupsSettings): Alarms {
  const watched = watchedBackups({ ...backups, enabled: true }, true);
  return new Map(watched.map(({ task, oldest, late }) => [task, oldest ?? late]));
}

function copiesPart({ backups }: PageSettings): string {
  const { immutable, kansasCity } = backups;
  const alarms = alarmsOf(backups);
  const places = {
    offsite: `S3 in ${immutable.region}, locked for ${immutable.lockDays} days`,
    kansasCity: "a host of one's own, which pulls",
  };
  const rows = plannedObjectives(backups).flatMap((planned) => {
    const { of } = planned;
    if (of !== "offsite" && of !== "kansasCity") return [];
    const title = of === "offsite" && !backups.offsite.media ? `${titles[of]}, but media` : titles[of];
    return [[title, places[of], ...lossCells(planned, alarms)]];
  });
  const none = kansasCity === undefined ? "This stack has no copy in Kansas City (`backups.kansasCity`).\n" : "";
  return `## After the loss of the provider: from further copies

${markdownTable(["What", "Where", "Runs (UTC)", "Lost at worst", "Objective", "Told"], rows)}
The time for the way back is the same, and a download more. ${none}`;
}

function drillPart(settings: PageSettings): string {
  const { drill, kansasCity } = settings.backups;
  const alarms = alarmsOf(settings.backups);
  const row = (copy: string, task: BackupTask, schedule: string) => [
    copy,
    `\`${schedule}\``,
    durationText(longestGap(schedule)),
    `page after ${durationText(alarms.get(task) ?? 0)}`,
  ];
  const rows = [
    row("backups bucket", "drill-backups", drill.schedule),
    row("other provider", "drill-offsite", drill.offsiteSchedule),
    ...(kansasCity?.drill.enabled === true ? [row("Kansas City", "drill-kansas-city", kansasCity.drill.schedule)] : []),
  ];
  return `## Drills

${markdownTable(["Copy", "Restored (UTC)", "At least every", "Told"], rows)}`;
}

function tail({ backups }: PageSettings): string {
  const { objectives, media, database, immutable } = backups;
  const { hourly, daily, weekly, monthly } = database.keep;
  return `## How far back

A loss may go unnoticed for ${objectives.noticed} (\`objectives.noticed\`). Deleted and overwritten media stay for ${media.keepDeletedDays} days, dumps as ${hourly} hourly, ${daily} daily, ${weekly} weekly
and ${monthly} monthly ones, what is off site for ${immutable.keepDays} days,
of which ${immutable.lockDays} locked; what is overwritten there stays for ${immutable.lockDays} days more.
`;
}
