// The list of what runs, for the stack's outputs.
import { assetsCopyName, assetsJobName } from "./assets/job.ts";
import { namespaceName } from "./kubernetes/namespace.ts";
import type { MastodonSettings } from "./settings.ts";
import type { UpgradeJob } from "./upgrade/jobs.ts";
import type { Workload } from "./workloads/workload.ts";

export interface WorkloadEntry {
  readonly namespace: string;
  readonly name: string;
  readonly kind: "Deployment" | "Job" | "CronJob";
  /** `web`, `streaming`, `sidekiq`, `edge`, `migrate` ... */
  readonly process: string;
  readonly replicas: number;
  readonly queues?: string[];
}

/** Every Deployment, then the jobs of this version. */
export function workloadList(
  workloads: readonly Workload[],
  settings: MastodonSettings,
  upgrade: readonly (UpgradeJob | undefined)[],
): WorkloadEntry[] {
  const deployments = workloads.map(({ name, role, replicas, queues }): WorkloadEntry => ({
    namespace: namespaceName,
    name,
    kind: "Deployment",
    process: role,
    replicas,
    ...(queues && { queues: [...queues] }),
  }));
  const jobs = upgrade
    .filter((job) => job !== undefined)
    .map(({ name, role }): WorkloadEntry => ({
      namespace: namespaceName,
      name,
      kind: "Job",
      process: role,
      replicas: 1,
    }));
  return [...deployments, ...assetsCopy(settings), ...jobs];
}

function assetsCopy(settings: MastodonSettings): WorkloadEntry[] {
  if (!settings.assets.copy) return [];
  const name = assetsJobName(settings);
  return [{ namespace: namespaceName, name, kind: "Job", process: assetsCopyName, replicas: 1 }];
}
