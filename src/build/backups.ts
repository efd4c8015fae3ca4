// Builds the copy at another provider that nobody can delete, and the jobs that make and prove backups, where the settings want them.
import * as pulumi from "@pulumi/pulumi";
import { Backups, type BackupsArgs } from "../../components/backups/backups.ts";
import { derivedReportKey, recipientOf } from "../../components/backups/drill-keys.ts";
import { DrillLogins } from "../../components/backups/drill-logins.ts";
import { Drills } from "../../components/backups/drills.ts";
import type { EnvironmentOptions } from "../../components/backups/environment.ts";
import { BackupGrants } from "../../components/backups/grants.ts";
import { ImmutableCopy } from "../../components/backups/immutable-copy.ts";
import { BackupLogin, backupUser } from "../../components/backups/login.ts";
import type { BackupFlows } from "../../components/backups/policies.ts";
import { effectiveRecipients } from "../../components/backups/recipients.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import { postgresqlImages } from "../../components/mastodon/versions.ts";
import { pushgatewayUrl } from "../../components/metrics/pushgateway-address.ts";
import { secretOutput } from "../load-settings.ts";
import { providerOf } from "../providers.ts";
import { makingStores, provingStores } from "./backup-stores.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import { sidekiqPlacement } from "./server.ts";
import type { Storage } from "./storage.ts";

export interface BackupParts {
  readonly compute: Compute;
  readonly databases: Databases;
  readonly storage: Storage;
  readonly mastodon: Mastodon;
}

/** What backups are made with, as far as others need to know it. */
interface MadeBackups {
  /** Public age keys. */
  readonly recipients: readonly string[];
  /** Secret: PEM of the key that signs reports. */
  readonly reportKey: string;
  /** Name of the Job that gives the dumping user its rights. */
  readonly grants: pulumi.Output<string>;
}

export interface BuiltBackups {
  readonly immutable: ImmutableCopy;
  /** Nothing where nothing is backed up. */
  readonly made: MadeBackups | undefined;
}

/** The immutable copy's bucket is there in any case. */
export function buildBackups(context: Context, parts: BackupParts): BuiltBackups {
  const { backups, secrets } = context.settings;
  const immutable = buildImmutable(context);
  // Rules see to it that all of them are there.
  if (!backups.enabled || backups.image === undefined || secrets.backups.drillIdentity === undefined)
    return { immutable, made: undefined };
  const identity = secrets.backups.drillIdentity.reveal();
  const reportKey = secrets.backups.reportKey?.reveal() ?? derivedReportKey(identity);
  const recipients = [...effectiveRecipients(context.settings), recipientOf(identity) ?? ""];
  const inCluster = {
    ...options(context),
    provider: parts.compute.kubernetes,
    image: backups.image,
    registry: secrets.backups.registry && secretOutput(secrets.backups.registry),
    placement: sidekiqPlacement(context.settings),
    recipients,
    flows: flows(context, parts),
  };
  const grants = buildMaking(context, parts, immutable, inCluster);
  buildProving(context, parts, immutable, { ...inCluster, identity, reportKey });
  return { immutable, made: { recipients, reportKey, grants } };
}

type InCluster = Omit<BackupsArgs, "access" | "databaseCa">;

function buildImmutable({ settings, providers, buckets }: Context): ImmutableCopy {
  const { name: prefix, backups, protect } = settings;
  return new ImmutableCopy(
    "immutable",
    { prefix, bucket: buckets.immutable, settings: backups.immutable, protect },
    { providers: [providerOf(providers.aws, backups.immutable.region)] },
  );
}

function options({ settings }: Context): EnvironmentOptions {
  const { name: server, backups, escrow, metrics, secrets } = settings;
  const heartbeats = Object.entries(secrets.backups.heartbeats).map(([task, url]) => [task, secretOutput(url)]);
  return {
    server,
    settings: backups,
    escrowRecipients: escrow.recipients.length,
    metricsUrl: metrics.enabled ? pushgatewayUrl : undefined,
    heartbeats: Object.fromEntries(heartbeats),
  };
}

function flows({ settings }: Context, { databases: { postgresql, queue } }: BackupParts): BackupFlows {
  return {
    vpc: settings.network.ipRange,
    databasePorts: [postgresql.port, ...(postgresql.replica ? [postgresql.replica.port] : [])],
    valkeyPort: queue.port,
    metrics: settings.metrics.enabled,
  };
}

/** @returns the name of the Job that gives the dumping user its rights */
function buildMaking(
  { settings, inMainAccount }: Context,
  { compute, databases, storage, mastodon }: BackupParts,
  immutable: ImmutableCopy,
  inCluster: InCluster,
): pulumi.Output<string> {
  const { postgresql, queue } = databases;
  const { host, port, database: name, replica: standby } = postgresql;
  const copied = settings.database.postgresql.restoredFrom?.users ?? [];
  const login = new BackupLogin(
    "backup-login",
    { clusterId: postgresql.clusterId, copied, after: postgresql },
    inMainAccount,
  );
  const grants = new BackupGrants(
    "backup-grants",
    {
      settings: settings.mastodon,
      provider: compute.kubernetes,
      namespace: mastodon.namespace,
      placement: inCluster.placement,
      database: { vpc: settings.network.ipRange, port },
      user: backupUser,
    },
    { dependsOn: [mastodon, login] },
  );
  const database = { host, port, standby, name, user: backupUser, password: login.password };
  const access = { stores: makingStores(settings, storage, immutable), database, valkeyUrl: queue.url };
  new Backups("backup", { ...inCluster, access, databaseCa: postgresql.caCertificate });
  return grants.job;
}

function buildProving(
  { settings, providers }: Context,
  { storage }: BackupParts,
  immutable: ImmutableCopy,
  { identity, reportKey, ...inCluster }: InCluster & { readonly identity: string; readonly reportKey: string },
): void {
  const { name: prefix, backups, database } = settings;
  const logins = new DrillLogins(
    "drill-logins",
    { prefix, bucketArn: immutable.bucketArn },
    { providers: [providerOf(providers.aws, backups.immutable.region)] },
  );
  new Drills("drill", {
    ...inCluster,
    access: { stores: provingStores(settings, storage, immutable, logins) },
    postgresqlImage: postgresqlImages[database.postgresql.version],
    identity: pulumi.secret(identity),
    reportKey: pulumi.secret(reportKey),
  });
}
