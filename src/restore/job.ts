// The Job that restores the database inside the cluster: made of the dump's own CronJob, which reaches database and bucket already.
import type { V1CronJob, V1Job, V1Secret } from "@kubernetes/client-node";
import { backupNamespace, databaseCaFile, identityFile, scriptFolder } from "../../components/backups/names.ts";
import { UsageError } from "../stack-choice.ts";

/** Name of the CronJob of dumps. */
export const dumpCronJob = "backup-dump";

export interface RestoreJob {
  /** When the plan was made: another plan has another Job, also for the same backup. */
  readonly run: string;
  readonly copy: "backups" | "offsite";
  readonly stamp: string;
  /** Names of the further variables in the Job's Secret. */
  readonly variables: readonly string[];
  /** The new database: the dump's own job may read from a replica, and may not write. */
  readonly database: { readonly host: string; readonly port: number; readonly name: string; readonly user: string };
}

export interface RestoreSecrets {
  /** Text of the private key. */
  readonly identity: string;
  /** Of the application's user, to whom everything shall belong. */
  readonly password: string;
  /** The platform's administrator, who owns the schema. */
  readonly admin: { readonly user: string; readonly password: string };
  /** Further variables, such as those of a copy that only drills may read. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Name of the Job and of its Secret, which live as long as the restore. */
export function restoreName(run: string): string {
  return `restore-${run.toLowerCase()}`;
}

const keyVolume = "restore-identity";
const labels = { "app.kubernetes.io/part-of": "mastodon", "app.kubernetes.io/managed-by": "restore" };

/** What only this Job reads. It is deleted as soon as the Job has ended. */
export function restoreSecret(run: string, { identity, password, admin, environment }: RestoreSecrets): V1Secret {
  return {
    metadata: { name: restoreName(run), namespace: backupNamespace, labels },
    stringData: {
      ...environment,
      "identity.txt": identity,
      PGPASSWORD: password,
      ADMIN_USER: admin.user,
      ADMIN_PASSWORD: admin.password,
    },
  };
}

/**
 * @param cronJob the dump's, as the cluster has it
 * @throws UsageError where it is not what this program knows
 */
export function restoreJob(cronJob: V1CronJob, { run, copy, stamp, variables, database }: RestoreJob): V1Job {
  const template = cronJob.spec?.jobTemplate.spec?.template;
  const [first, ...more] = template?.spec?.containers ?? [];
  if (!template?.spec || !first || more.length > 0)
    throw new UsageError(
      `the CronJob ${dumpCronJob} has no single container; this program is older or newer than the stack`,
    );
  const { ...container } = first;
  const { ...podSpec } = template.spec;
  const name = restoreName(run);
  const { identityFolder, identityName } = split(identityFile);
  const target = [
    { name: "PGHOST", value: database.host },
    { name: "PGPORT", value: String(database.port) },
    { name: "PGDATABASE", value: database.name },
  ];
  // Each by its name: the whole Secret would put the private key into the environment.
  const secret = (variable: string, key = variable) => ({ name: variable, valueFrom: { secretKeyRef: { name, key } } });
  return {
    metadata: { name, namespace: backupNamespace, labels },
    spec: {
      backoffLimit: 0, // what a half-done restore needs is a person
      ttlSecondsAfterFinished: 7 * 24 * 3600,
      template: {
        // The labels by which network policies let the dump reach the database.
        metadata: { labels: template.metadata?.labels ?? {} },
        spec: {
          ...podSpec,
          restartPolicy: "Never",
          // A managed database's schema belongs to the administrator, who gives the right to make tables on (PostgreSQL 15).
          initContainers: [
            {
              ...container,
              name: "grant",
              command: ["psql", "-X", "-w", "-v", "ON_ERROR_STOP=1", "-c"],
              args: [`GRANT USAGE, CREATE ON SCHEMA public TO "${database.user}"`],
              env: [...target, secret("PGUSER", "ADMIN_USER"), secret("PGPASSWORD", "ADMIN_PASSWORD"), ...tls],
            },
          ],
          containers: [
            {
              ...container,
              name: "restore",
              command: [`${scriptFolder}/restore`],
              args: ["--apply", "--copy", copy, "--stamp", stamp],
              env: [
                ...(container.env ?? []),
                ...target,
                { name: "PGUSER", value: database.user },
                secret("PGPASSWORD"),
                ...variables.map((variable) => secret(variable)),
                { name: "BACKUP_TASK", value: "restore" },
                { name: "BACKUP_IDENTITY_FILE", value: identityFile },
              ],
              volumeMounts: [
                ...(container.volumeMounts ?? []),
                { name: keyVolume, mountPath: identityFolder, readOnly: true },
              ],
            },
          ],
          volumes: [
            ...(podSpec.volumes ?? []),
            { name: keyVolume, secret: { secretName: name, items: [{ key: "identity.txt", path: identityName }] } },
          ],
        },
      },
    },
  };
}

const tls = [
  { name: "PGSSLMODE", value: "verify-full" },
  { name: "PGSSLROOTCERT", value: databaseCaFile },
];

function split(file: string) {
  const end = file.lastIndexOf("/");
  return { identityFolder: file.slice(0, end), identityName: file.slice(end + 1) };
}
