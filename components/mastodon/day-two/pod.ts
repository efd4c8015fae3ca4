// The jobs as plain Kubernetes specifications.
import { createHash } from "node:crypto";
import type * as kubernetes from "@pulumi/kubernetes";
import type { Placement } from "../args.ts";
import { working } from "../kubernetes/priority-classes.ts";
import type { Resources } from "../settings.ts";
import { containerResources, containerSecurity, mastodonUser, podDefaults, variablesOf } from "../workloads/pod.ts";
import { copyBootCache, environmentFrom, railsMounts, railsVolumes } from "../workloads/rails-pod.ts";
import { type Container, type PodSpec, workloadLabels } from "../workloads/workload.ts";
import type { DayTwoJob } from "./jobs.ts";

type JobSpec = kubernetes.types.input.batch.v1.JobSpec;

export interface DayTwoPlan {
  /** Mastodon's Rails image. */
  readonly image: string;
  readonly placement: Placement;
  readonly resources: Resources;
}

const scratch = "2Gi";
const scriptFolder = "/scripts";

/** Name of the ConfigMap with all scripts. */
export const scriptsName = "day-two-scripts";

/** Eight characters that change with what a job does. */
export function fingerprint(...of: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(of)).digest("hex").slice(0, 8);
}

/** @param shown name of the workload on its pods */
export function jobSpec(job: DayTwoJob, plan: DayTwoPlan): JobSpec {
  return {
    backoffLimit: job.retries,
    activeDeadlineSeconds: job.hours * 3600,
    template: {
      metadata: { labels: workloadLabels(job) },
      spec: podOf(job, plan),
    },
  };
}

/** A run that another one still holds up is left out, and so is one that could not start within an hour. */
export function cronJobSpec(
  job: DayTwoJob,
  schedule: string,
  timeZone: string,
  plan: DayTwoPlan,
): kubernetes.types.input.batch.v1.CronJobSpec {
  return {
    schedule,
    timeZone,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 3600,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: { spec: jobSpec(job, plan) },
  };
}

function podOf(job: DayTwoJob, { image, placement, resources }: DayTwoPlan): PodSpec {
  const scripts = job.script === undefined ? [] : [{ name: "scripts", configMap: { name: scriptsName } }];
  return {
    ...podDefaults({ role: job.role, user: mastodonUser, placement, priority: working, graceSeconds: 60 }),
    // A new pod for each attempt keeps the log of each.
    restartPolicy: "Never",
    initContainers: [copyBootCache(image)],
    containers: [containerOf(job, image, resources)],
    volumes: [...railsVolumes(scratch), ...scripts],
  };
}

function containerOf(
  { role, args, script, variables = {} }: DayTwoJob,
  image: string,
  resources: Resources,
): Container {
  const run = script === undefined ? args : ["bin/rails", "runner", `${scriptFolder}/${script}`];
  const scripts = script === undefined ? [] : [{ name: "scripts", mountPath: scriptFolder, readOnly: true }];
  return {
    name: role,
    image,
    imagePullPolicy: "IfNotPresent",
    args: [...run], // behind the image's own tini
    env: variablesOf(variables),
    envFrom: environmentFrom("jobs"),
    volumeMounts: [...railsMounts, ...scripts],
    securityContext: containerSecurity,
    resources: containerResources(resources, scratch),
  };
}
