// The objects that surround a job in the cluster: its account, and its environment.
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { createAccount } from "../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../mastodon/kubernetes/scope.ts";
import { roleLabels } from "../mastodon/workloads/workload.ts";
import type { Environment } from "./environment.ts";
import type { BackupJob } from "./jobs.ts";
import { registryName } from "./names.ts";
import type { CronJobSpec } from "./pod.ts";

export function createConfigMap(
  scope: Scope,
  objectName: string,
  data: Record<string, pulumi.Input<string>>,
): pulumi.Resource {
  return new kubernetes.core.v1.ConfigMap(
    `${scope.name}-${objectName}`,
    { metadata: named(scope, objectName), data },
    childOf(scope),
  );
}

export function createSecret(
  scope: Scope,
  objectName: string,
  stringData: Record<string, pulumi.Input<string>>,
): pulumi.Resource {
  return new kubernetes.core.v1.Secret(
    `${scope.name}-${objectName}`,
    { metadata: named(scope, objectName), stringData },
    childOf(scope),
  );
}

/** What the kubelet pulls the image with; nothing where anybody may. */
export function createRegistryLogin(scope: Scope, registry: pulumi.Input<string> | undefined): pulumi.Resource[] {
  if (registry === undefined) return [];
  return [
    new kubernetes.core.v1.Secret(
      `${scope.name}-${registryName}`,
      {
        metadata: named(scope, registryName),
        type: "kubernetes.io/dockerconfigjson",
        stringData: { ".dockerconfigjson": registry },
      },
      childOf(scope),
    ),
  ];
}

/** The CronJob, with an account without any right and an environment of its own. */
export function createBackupJob(
  scope: Scope,
  { role }: BackupJob,
  { environment, spec, after }: { environment: Environment; spec: CronJobSpec; after: pulumi.Resource[] },
): void {
  const labels = roleLabels(role);
  const metadata = named(scope, role, labels);
  const options = childOf(scope);
  const before = [
    createAccount(scope, metadata, `${role}-account`),
    new kubernetes.core.v1.ConfigMap(
      `${scope.name}-${role}-variables`,
      { metadata, data: environment.variables },
      options,
    ),
    new kubernetes.core.v1.Secret(
      `${scope.name}-${role}-secrets`,
      { metadata, stringData: environment.secrets },
      options,
    ),
  ];
  new kubernetes.batch.v1.CronJob(`${scope.name}-${role}`, { metadata, spec }, childOf(scope, [...before, ...after]));
}
