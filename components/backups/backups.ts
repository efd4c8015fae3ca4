// The jobs that make backups, in a namespace of their own.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createCiliumPolicies, createNamespace, createPolicies } from "../mastodon/kubernetes/objects.ts";
import { childOf, type Scope } from "../mastodon/kubernetes/scope.ts";
import { type Access, environmentOf, type EnvironmentOptions } from "./environment.ts";
import { backupJobs } from "./jobs.ts";
import {
  background,
  backupNamespace,
  databaseCaFile,
  databaseCaName,
  recipientsFile,
  recipientsName,
} from "./names.ts";
import { createBackupJob, createConfigMap, createRegistryLogin } from "./objects.ts";
import { backupCronJob, type PodOptions } from "./pod.ts";
import { apiServerPolicies, type BackupFlows, backupPolicies } from "./policies.ts";
import { snapshotRules } from "./rights.ts";

export interface BackupsArgs extends EnvironmentOptions, PodOptions {
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  readonly access: Access;
  /** Public age keys. */
  readonly recipients: readonly string[];
  /** PEM of the authority that signed the database's certificate. */
  readonly databaseCa: pulumi.Input<string>;
  readonly flows: BackupFlows;
}

/** What is made is closed before it leaves a pod, for recipients whose keys are not here. */
export class Backups extends pulumi.ComponentResource {
  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:backups:Backups", name, {}, opts);
    const jobs = backupJobs(args.settings);
    const at = { name, parent: this, provider: args.provider };
    const scope: Scope = { ...at, namespace: createNamespace(at, backupNamespace) };
    const before = [
      createPriority(scope),
      ...createPolicies(scope, backupPolicies(jobs, args.flows)),
      ...createCiliumPolicies(scope, apiServerPolicies(jobs)),
      ...createRegistryLogin(scope, args.registry),
      createConfigMap(scope, recipientsName, recipientsData(args.recipients)),
      createConfigMap(scope, databaseCaName, { [fileName(databaseCaFile)]: args.databaseCa }),
      ...createReader(scope, "backup-cluster"),
    ];
    for (const job of jobs) {
      const environment = environmentOf(job, args.access, args);
      createBackupJob(scope, job, { environment, spec: backupCronJob(job, args), after: before });
    }
    this.registerOutputs();
  }
}

/** One key a line, as age reads them. */
export function recipientsData(recipients: readonly string[]): Record<string, string> {
  return { [fileName(recipientsFile)]: recipients.map((recipient) => `${recipient}\n`).join("") };
}

/** Last part of a path: the key in the ConfigMap or the Secret. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Everything else goes first where nodes are full, and no pod is ended for a backup. */
function createPriority(scope: Scope): pulumi.Resource {
  return new kubernetes.scheduling.v1.PriorityClass(
    `${scope.name}-priority`,
    {
      metadata: { name: background, labels: { "app.kubernetes.io/part-of": "mastodon" } },
      value: 10_000,
      preemptionPolicy: "Never",
      description: "Jobs that make and prove backups",
    },
    childOf(scope),
  );
}

/** @param role name of the account that may read */
function createReader(scope: Scope, role: string): pulumi.Resource[] {
  const metadata = { name: "mastodon-backup-cluster", labels: { "app.kubernetes.io/part-of": "mastodon" } };
  const given = new kubernetes.rbac.v1.ClusterRole(
    `${scope.name}-reader`,
    { metadata, rules: snapshotRules },
    childOf(scope),
  );
  const binding = new kubernetes.rbac.v1.ClusterRoleBinding(
    `${scope.name}-reader-binding`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name: role, namespace: scope.namespace }],
    },
    childOf(scope, [given]),
  );
  return [given, binding];
}
