// The jobs that prove backups, apart from those that make them: here is the only private key in the cluster, and no way to the database.
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createNamespace, createPolicies } from "../mastodon/kubernetes/objects.ts";
import type { Scope } from "../mastodon/kubernetes/scope.ts";
import { fileName, recipientsData } from "./backups.ts";
import { drillCronJob, type DrillOptions } from "./drill-pod.ts";
import { type Access, environmentOf, type EnvironmentOptions } from "./environment.ts";
import { drillJobs } from "./jobs.ts";
import { drillKeysName, drillNamespace, identityFile, recipientsName, reportKeyFile } from "./names.ts";
import { createBackupJob, createConfigMap, createRegistryLogin, createSecret } from "./objects.ts";
import { type BackupFlows, backupPolicies } from "./policies.ts";

export interface DrillsArgs extends EnvironmentOptions, DrillOptions {
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  readonly access: Access;
  /** Public age keys. */
  readonly recipients: readonly string[];
  /** Private age key. Secret. */
  readonly identity: pulumi.Input<string>;
  /** PEM of the Ed25519 key that signs reports. Secret. */
  readonly reportKey: pulumi.Input<string>;
  readonly flows: BackupFlows;
}

/** Restores the newest dump of each copy into a PostgreSQL that goes with the pod. */
export class Drills extends pulumi.ComponentResource {
  constructor(name: string, args: DrillsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:backups:Drills", name, {}, opts);
    const jobs = drillJobs(args.settings);
    const at = { name, parent: this, provider: args.provider };
    const scope: Scope = { ...at, namespace: createNamespace(at, drillNamespace) };
    const keys = { [fileName(identityFile)]: args.identity, [fileName(reportKeyFile)]: args.reportKey };
    const before = [
      ...createPolicies(scope, backupPolicies(jobs, args.flows)),
      ...createRegistryLogin(scope, args.registry),
      createConfigMap(scope, recipientsName, recipientsData(args.recipients)),
      createSecret(scope, drillKeysName, keys),
    ];
    for (const job of jobs) {
      const environment = environmentOf(job, args.access, args);
      createBackupJob(scope, job, { environment, spec: drillCronJob(job, args), after: before });
    }
    this.registerOutputs();
  }
}
