// The environment of each task: variables that anybody may read, and secrets that only its own pods get.
import * as pulumi from "@pulumi/pulumi";
import { durationSeconds } from "../duration.ts";
import { type KnownProvider, rcloneProvider } from "../storage/rclone-provider.ts";
import { reportsFolder } from "./inputs.ts";
import type { BackupJob, Store } from "./jobs.ts";
import { databaseCaFile, identityFile, recipientsFile, reportKeyFile, workFolder } from "./names.ts";
import type { BackupsSettings } from "./settings.ts";
import type { BackupTask } from "./tasks.ts";

type Values = Record<string, pulumi.Input<string>>;

/** A bucket, and a key that opens it and nothing else. */
export interface StoreAccess {
  readonly provider: KnownProvider;
  readonly bucket: pulumi.Input<string>;
  readonly region: string;
  /** Without the bucket; with scheme. */
  readonly endpoint: pulumi.Input<string>;
  /** Access list that uploads name. @default - rclone's own */
  readonly acl?: string;
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
}

interface Server {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
}

/** The database past its pools. */
interface DatabaseAccess extends Server {
  /** Is asked first, where there is one. */
  readonly standby?: Server | undefined;
  readonly name: pulumi.Input<string>;
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

export interface EnvironmentOptions {
  /** The stack's name. */
  readonly server: string;
  readonly settings: BackupsSettings;
  /** For how many people the bundle of the server's keys is closed. */
  readonly escrowRecipients: number;
  /** Of the metrics' Pushgateway; none where nothing is measured. */
  readonly metricsUrl: string | undefined;
  readonly heartbeats: Partial<Readonly<Record<BackupTask, pulumi.Input<string>>>>;
}

/** What a task opens. */
export interface Access {
  readonly stores: Readonly<Partial<Record<Store, StoreAccess>>>;
  readonly database?: DatabaseAccess;
  /** Address of the queue's Valkey, with its password. */
  readonly valkeyUrl?: pulumi.Input<string>;
}

export interface Environment {
  readonly variables: Values;
  readonly secrets: Values;
}

/** What the scripts of a task are told. */
export function environmentOf(job: BackupJob, access: Access, options: EnvironmentOptions): Environment {
  const parts = [common(job, options), ...job.stores.map((store) => storeEnvironment(store, storeOf(access, store)))];
  if (job.reaches === "database" && access.database) parts.push(databaseEnvironment(access.database, options.settings));
  if (access.stores.REPORTS && job.stores.includes("REPORTS"))
    parts.push(drillEnvironment(job, access.stores.REPORTS, options.settings));
  if (job.reaches === "valkey" && access.valkeyUrl !== undefined)
    parts.push({ variables: {}, secrets: { VALKEY_URL: access.valkeyUrl } });
  return {
    variables: Object.assign({}, ...parts.map(({ variables }) => variables)),
    secrets: Object.assign({}, ...parts.map(({ secrets }) => secrets)),
  };
}

function storeOf({ stores }: Access, store: Store): StoreAccess {
  const access = stores[store];
  if (access === undefined) throw new Error(`no key opens the store ${store}`);
  return access;
}

function common(
  job: BackupJob,
  { server, settings, escrowRecipients, metricsUrl, heartbeats }: EnvironmentOptions,
): Environment {
  const heartbeat = heartbeats[job.task];
  return {
    variables: {
      BACKUP_SERVER: server,
      BACKUP_TASK: job.task,
      BACKUP_WORK: workFolder,
      HOME: workFolder,
      TMPDIR: workFolder,
      BACKUP_RECIPIENTS_FILE: recipientsFile,
      ...(metricsUrl !== undefined && { BACKUP_METRICS_URL: metricsUrl }),
      ...(job.keeps && keepVariables(settings)),
      ...(job.task === "media" && { KEEP_DELETED_DAYS: String(settings.media.keepDeletedDays) }),
      ...(job.task === "escrow" && { ESCROW_RECIPIENTS: String(escrowRecipients) }),
      ...(job.task === "offsite" && offsiteVariables(settings)),
      ...(job.task === "state" && { STATE_MAX_DAYS: stateDays(settings) }),
    },
    secrets: heartbeat === undefined ? {} : { BACKUP_HEARTBEAT_URL: heartbeat },
  };
}

/** Whole days that the newest copy of Pulumi's state may be old. */
function stateDays({ objectives }: BackupsSettings): string {
  return String(Math.floor(durationSeconds(objectives.state.rpo) / 86_400));
}

function keepVariables({ database: { keep } }: BackupsSettings): Values {
  return {
    KEEP_HOURLY: String(keep.hourly),
    KEEP_DAILY: String(keep.daily),
    KEEP_WEEKLY: String(keep.weekly),
    KEEP_MONTHLY: String(keep.monthly),
  };
}

/** What is needed for longer than the bucket keeps objects is put anew after two thirds of that time: the last third is for runs that fail. */
function offsiteVariables({ offsite, immutable }: BackupsSettings): Values {
  return {
    OFFSITE_MEDIA: String(offsite.media),
    OFFSITE_RENEW_DAYS: String(Math.max(1, Math.floor((immutable.keepDays * 2) / 3))),
  };
}

/** An rclone remote, which needs no file this way. */
function storeEnvironment(store: Store, access: StoreAccess): Environment {
  const remote = (key: string) => `RCLONE_CONFIG_${store}_${key}`;
  return {
    variables: {
      [remote("TYPE")]: "s3",
      [remote("PROVIDER")]: pulumi
        .output(access.endpoint)
        .apply((endpoint) => rcloneProvider(access.provider, endpoint)),
      [remote("ENDPOINT")]: access.endpoint,
      [remote("REGION")]: access.region,
      ...(access.acl !== undefined && { [remote("ACL")]: access.acl }),
      [`${store}_BUCKET`]: access.bucket,
    },
    secrets: {
      [remote("ACCESS_KEY_ID")]: access.accessKeyId,
      [remote("SECRET_ACCESS_KEY")]: access.secretAccessKey,
    },
  };
}

/** libpq's own. */
function databaseEnvironment(
  { host, port, standby, name, user, password }: DatabaseAccess,
  { database }: BackupsSettings,
): Environment {
  return {
    variables: {
      PGHOST: host,
      PGPORT: pulumi.output(port).apply(String),
      ...(standby && { PGHOST_STANDBY: standby.host, PGPORT_STANDBY: pulumi.output(standby.port).apply(String) }),
      PGDATABASE: name,
      PGUSER: user,
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: databaseCaFile,
      BACKUP_JOBS: String(database.jobs),
    },
    secrets: { PGPASSWORD: password },
  };
}

/** How old what is restored may be, where reports go, and what the copy does not have. */
function drillEnvironment(
  { task }: BackupJob,
  { bucket }: StoreAccess,
  { database, offsite, objectives }: BackupsSettings,
): Environment {
  const { rpo } = task === "drill-offsite" ? objectives.offsite : objectives.database;
  return {
    variables: {
      DRILL_MAX_AGE_SECONDS: String(durationSeconds(rpo)),
      DRILL_REPORTS: pulumi.interpolate`REPORTS:${bucket}/${reportsFolder}`,
      BACKUP_JOBS: String(database.jobs),
      ...(task === "drill-offsite" && !offsite.media && { DRILL_MEDIA: "none" }),
    },
    secrets: {},
  };
}

/** What a drill is told besides: with which keys it opens and signs. */
export const drillVariables: Readonly<Record<string, string>> = {
  BACKUP_IDENTITY_FILE: identityFile,
  BACKUP_REPORT_KEY_FILE: reportKeyFile,
};
