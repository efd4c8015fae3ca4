// The steps that bring the database back: always into a new cluster, while nobody writes. The old one is neither written to nor deleted.
import { placeName } from "../names.ts";
import { UsageError } from "../stack-choice.ts";
import { ageOf, type Backup, sizeText } from "./copies.ts";
import type { SavedState } from "./deployment.ts";
import { asideLines, postgresqlOf } from "./lost.ts";
import type { Move } from "./move-steps.ts";
import { type Action, type Aside, type Situation, type Step } from "./plan.ts";
import type { Request, Source } from "./request.ts";
import { stampOf } from "./stamp.ts";
import { copiedCluster, type Estimate, newCluster, newDatabase, restoring, update } from "./times.ts";

export interface DatabaseSteps {
  readonly steps: readonly Step[];
  /** After everything else. */
  readonly afterwards: readonly Step[];
  readonly lost: readonly string[];
  readonly warnings: readonly string[];
}

const set = (path: string, value: string): Action => ({ kind: "set", path, value });
const unset = (path: string): Action => ({ kind: "unset", path });
const own = "database.postgresql";

export function databaseSteps(situation: Situation, request: Request, move: Move | undefined): DatabaseSteps {
  const { state } = situation;
  const original = originalName(state);
  const backup = chosenBackup(situation, request.source);
  // With a move the records wait; otherwise nothing of them changes.
  const exclude = move?.records ?? [];
  const up: Action = { kind: "up", exclude };
  const aside = move?.aside ?? postgresqlOf(state);
  return {
    steps: [
      ...workersStep(situation),
      ...(move === undefined ? [stopStep(up)] : []),
      ...uploadStep(request.source, backup),
      {
        title:
          move === undefined
            ? "Make a new database beside the old one"
            : `Make network, cluster and databases in ${move.region}, with the server stopped`,
        actions: [
          { kind: "set-aside", resources: asideOf(state, aside), stays: asideLines(state, aside) },
          ...(move?.actions ?? []),
          set("mastodon.stopped", "true"),
          ...placing(situation, request.source, original, move),
          up,
        ],
        estimate: making(request.source, move),
        check: "the old cluster is in the panel still, under its old name",
      },
      ...restoreStep(request.source, backup),
      {
        title: "Start the server",
        actions: [set("mastodon.stopped", "false"), up],
        estimate: update,
        check: "migrations have ended, and all pods are ready: the update waits for both",
      },
    ],
    afterwards: [feedsStep(), leftStep(asideLines(state, aside))],
    lost: lostData(situation, request.source, backup),
    warnings: [],
  };
}

/** @throws UsageError where the state has no database to begin with */
function originalName(state: SavedState): string {
  const cluster = state.deployment.resources.find(({ urn }) => urn.endsWith("::postgresql-cluster"));
  const name = cluster?.outputs?.["name"];
  if (typeof name === "string") return name;
  throw new UsageError(
    "the state has no PostgreSQL cluster: bring the state back first (docs/state.md), or begin with `pulumi up` and mastodon.stopped",
  );
}

function chosenBackup({ backups, settings }: Situation, source: Source): Backup | undefined {
  if (source.kind === "point-in-time") return undefined;
  const known = backups.map(({ stamp }) => stamp);
  const found = source.backup === undefined ? backups[0] : backups.find(({ stamp }) => stamp === source.backup);
  if (found === undefined)
    throw new UsageError(
      known.length === 0
        ? `${source.kind}: holds no finished backup of the database; take another copy with --from`
        : `--backup ${source.kind === "folder" ? source.folder : source.backup}: is not there; there are ${known.join(", ")}`,
    );
  if (found.manifest.server !== settings.name)
    throw new UsageError(
      `the backup ${found.stamp} is of the server ${found.manifest.server}, and this one is ${settings.name}`,
    );
  return found;
}

function asideOf(state: SavedState, aside: ReadonlySet<string>): Aside[] {
  return state.deployment.resources.filter(({ urn }) => aside.has(urn)).map(({ urn, id }) => ({ urn, id }));
}

/** Sidekiq outside the cluster would go on writing into the old database, and what it wrote would be lost. */
function workersStep({ settings }: Situation): Step[] {
  const names = Object.keys(settings.workers);
  if (names.length === 0) return [];
  const what = `Stop the queue workers outside the cluster, as far as they can be reached (${names.join(", ")}): docs/workers.md. Run their playbook again once the server is started`;
  return [{ title: "Stop the workers outside", actions: [{ kind: "person", what }] }];
}

function stopStep(up: Action): Step {
  return {
    title: "Stop the server, so that nobody writes what would be lost",
    actions: [set("mastodon.stopped", "true"), up],
    estimate: update,
    check: "people see the maintenance page",
  };
}

function uploadStep(source: Source, backup: Backup | undefined): Step[] {
  if (source.kind !== "folder" || backup === undefined) return [];
  return [
    {
      title: "Put the backup into the backups bucket, where the restore reads it",
      actions: [{ kind: "upload", folder: source.folder, stamp: backup.stamp }],
    },
  ];
}

/** The settings of the new cluster. A moved one has a name of its own already. */
function placing(
  { settings, state, now }: Situation,
  source: Source,
  original: string,
  move: Move | undefined,
): Action[] {
  const { restoredFrom, name } = settings.database.postgresql;
  const naming =
    move === undefined
      ? [set(`${own}.name`, `${placeName(settings)}-postgresql-${stampOf(now).slice(0, 13).toLowerCase()}`)]
      : name === undefined
        ? []
        : [unset(`${own}.name`)];
  if (source.kind !== "point-in-time") return [...naming, ...(restoredFrom ? [unset(`${own}.restoredFrom`)] : [])];
  return [
    ...naming,
    set(`${own}.restoredFrom.cluster`, original),
    set(`${own}.restoredFrom.at`, source.at),
    ...otherUsers(state, settings.database.postgresql.user).map((user, index) =>
      set(`${own}.restoredFrom.users[${index}]`, user),
    ),
  ];
}

/** Users of the cluster beside the application's: workers', the one that dumps. They come with a copy. */
function otherUsers(state: SavedState, application: string): string[] {
  return state.deployment.resources
    .filter(({ type }) => type === "digitalocean:index/databaseUser:DatabaseUser")
    .flatMap(({ inputs, outputs }) => {
      const name = outputs?.["name"] ?? inputs?.["name"];
      return typeof name === "string" && name !== application ? [name] : [];
    })
    .toSorted();
}

function making(source: Source, move: Move | undefined): Estimate {
  const database = source.kind === "point-in-time" ? copiedCluster : newDatabase;
  if (move === undefined) return database;
  return { minutes: newCluster.minutes + database.minutes, basis: `${newCluster.basis}; ${database.basis}` };
}

function restoreStep(source: Source, backup: Backup | undefined): Step[] {
  if (backup === undefined) return [];
  const { file, databaseBytes, tables } = backup.manifest;
  const rows = ["accounts", "statuses"].flatMap((table) =>
    tables[table] === undefined ? [] : [`${tables[table]} ${table}`],
  );
  return [
    {
      title: `Restore ${backup.stamp} (${sizeText(file.size)}) by a Job in the namespace backup`,
      actions: [{ kind: "restore-job", copy: source.kind === "offsite" ? "offsite" : "backups", stamp: backup.stamp }],
      estimate: restoring(file.size, databaseBytes),
      check: `checksum, then the rows of every counted table as in the manifest (${rows.join(", ") || "none were counted"}); a database that is not empty is refused`,
    },
  ];
}

function feedsStep(): Step {
  const what =
    "Home timelines are those of Valkey, which may be newer than the database or empty: kubectl -n mastodon exec deploy/web -- bin/tootctl feeds build. Where there is a search: tootctl search deploy (docs/day-two.md)";
  return { title: "Build home timelines anew", actions: [{ kind: "person", what }] };
}

function leftStep(stays: readonly string[]): Step {
  const what = `These are no longer part of the stack, and billed until you delete them by hand, when you are sure:\n${stays.map((line) => `       ${line}`).join("\n")}`;
  return { title: "Decide on what was left behind", actions: [{ kind: "person", what }] };
}

function lostData({ now }: Situation, source: Source, backup: Backup | undefined): string[] {
  if (source.kind === "point-in-time") return [`everything that people wrote since ${source.at}`];
  if (backup === undefined) return [];
  const { newestStatus } = backup.manifest;
  const newest = typeof newestStatus === "string" ? ` (its newest post is of ${newestStatus})` : "";
  return [`everything that people wrote in the ${ageOf(backup.stamp, now)} since ${backup.stamp}${newest}`];
}
