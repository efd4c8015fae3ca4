// What other tools are told of backups; no field holds a secret.
import { reportPublicKey } from "../../components/backups/drill-keys.ts";
import { reportsFolder } from "../../components/backups/inputs.ts";
import { backupGrantsRole } from "../../components/backups/grants.ts";
import { backupJobs, drillJobs } from "../../components/backups/jobs.ts";
import { backupNamespace, drillNamespace } from "../../components/backups/names.ts";
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import type { BuiltBackups } from "./backups.ts";
import type { Context } from "./context.ts";
import type { Storage } from "./storage.ts";
import * as pulumi from "@pulumi/pulumi";

/** The output `backups` beside the escrow bundle; nothing where nothing is backed up. */
export function backupsOutput({ settings, buckets }: Context, { immutable, made }: BuiltBackups, { backups }: Storage) {
  if (made === undefined) return {};
  const { pem: publicKey, fingerprint } = reportPublicKey(made.reportKey);
  const { bucket, endpoint } = backups.bucket;
  return {
    recipients: [...made.recipients],
    jobs: jobsOf(settings.backups).map(({ task, namespace, role: name, schedule }) => ({
      task,
      namespace,
      name,
      schedule,
    })),
    copies: [
      {
        copy: "backups",
        provider: "digitalocean",
        bucket,
        region: settings.storage.backups.region,
        endpoint: pulumi.interpolate`https://${endpoint}`,
      },
      {
        copy: "offsite",
        provider: "aws",
        bucket: immutable.bucket,
        region: settings.backups.immutable.region,
        endpoint: immutable.endpoint,
      },
    ],
    reports: { bucket: buckets.immutable, folder: reportsFolder, publicKey, fingerprint },
  };
}

function jobsOf(settings: Context["settings"]["backups"]) {
  return [
    ...backupJobs(settings).map((job) => ({ ...job, namespace: backupNamespace })),
    ...drillJobs(settings).map((job) => ({ ...job, namespace: drillNamespace })),
  ];
}

/** The jobs in the list of what runs. */
export function backupWorkloads({ settings }: Context, { made }: BuiltBackups) {
  if (made === undefined) return [];
  const jobs = jobsOf(settings.backups).map(({ namespace, role }) => ({
    namespace,
    name: role,
    kind: "CronJob",
    process: role,
    replicas: 1,
  }));
  const grants = { namespace: namespaceName, name: made.grants, kind: "Job", process: backupGrantsRole, replicas: 1 };
  return [...jobs, grants];
}
