// The CronJob of each task as a plain Kubernetes specification.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../mastodon/args.ts";
import type { Resources } from "../mastodon/settings.ts";
import { tellsItsEnd } from "../mastodon/upgrade/jobs.ts";
import { containerSecurity, pairFrom, podDefaults } from "../mastodon/workloads/pod.ts";
import { type Container, type PodSpec, workloadLabels } from "../mastodon/workloads/workload.ts";
import type { BackupJob } from "./jobs.ts";
import {
  background,
  databaseCaFile,
  databaseCaName,
  recipientsFile,
  recipientsName,
  registryName,
  scriptFolder,
  workFolder,
} from "./names.ts";
import { scratchOnNode, scratchVolume } from "./scratch.ts";

export type CronJobSpec = kubernetes.types.input.batch.v1.CronJobSpec;
type Volume = kubernetes.types.input.core.v1.Volume;
export type VolumeMount = kubernetes.types.input.core.v1.VolumeMount;

/** Any number that no node's own user has: the image's files are for all to read. */
const backupUser = 10_301;

/** Enough for rclone to end what it is at. */
const graceSeconds = 60;

/** Finished runs keep their logs for a week. */
const weekSeconds = 7 * 24 * 3600;

export interface PodOptions {
  readonly image: string;
  /** Login at the image's registry, as Docker's config.json. Secret. @default - anybody may pull it */
  readonly registry?: pulumi.Input<string> | undefined;
  readonly placement: Placement;
}

/** What a pod has beside its scratch folder and the recipients. */
export interface PodParts {
  readonly sidecars: readonly Container[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly VolumeMount[];
  readonly volumes: readonly Volume[];
}

/** A run that another one still holds up is left out, and so is one that could not start within fifty minutes: an hourly dump's next one is near. */
export function backupCronJob(job: BackupJob, options: PodOptions, parts?: Partial<PodParts>): CronJobSpec {
  const labels = workloadLabels({ name: job.role, role: job.role });
  return {
    schedule: job.schedule,
    timeZone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 3000,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels },
      spec: {
        backoffLimit: 1,
        podFailurePolicy: {
          rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
        },
        activeDeadlineSeconds: job.hours * 3600,
        ttlSecondsAfterFinished: weekSeconds,
        template: {
          metadata: { labels },
          spec: podOf(job, options, { sidecars: [], env: [], mounts: [], volumes: [], ...parts }),
        },
      },
    },
  };
}

function podOf(job: BackupJob, { image, registry, placement }: PodOptions, parts: PodParts): PodSpec {
  return {
    ...podDefaults({ role: job.role, user: backupUser, placement, priority: background, graceSeconds }),
    ...(registry !== undefined && { imagePullSecrets: [{ name: registryName }] }),
    // The account may read what the API server holds; no other has a right worth a token.
    ...(job.reaches === "api-server" && { automountServiceAccountToken: true }),
    // A new pod for each attempt keeps the log of each.
    restartPolicy: "Never",
    ...(parts.sidecars.length > 0 && { initContainers: [...parts.sidecars] }),
    containers: [containerOf(job, image, parts)],
    volumes: [
      scratchVolume(job.scratch),
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      { name: "recipients", configMap: { name: recipientsName } },
      ...(job.reaches === "database" ? [{ name: "database-ca", configMap: { name: databaseCaName } }] : []),
      ...parts.volumes,
    ],
  };
}

function containerOf(job: BackupJob, image: string, { env, mounts }: PodParts): Container {
  const [script, ...args] = job.command;
  return {
    name: job.task,
    image,
    imagePullPolicy: "IfNotPresent",
    command: [`${scriptFolder}/${script}`, ...args],
    ...(env.length > 0 && { env: env.map((variable) => ({ ...variable })) }),
    envFrom: pairFrom(job.role),
    ...tellsItsEnd,
    volumeMounts: [
      { name: "work", mountPath: workFolder, subPath: "scripts" },
      { name: "tmp", mountPath: "/tmp" },
      fileMount("recipients", recipientsFile),
      ...(job.reaches === "database" ? [fileMount("database-ca", databaseCaFile)] : []),
      ...mounts,
    ],
    securityContext: containerSecurity,
    resources: backupResources(job.resources, job.scratch),
  };
}

/** The folder that holds the file. */
export function fileMount(volume: string, file: string): VolumeMount {
  return { name: volume, mountPath: file.slice(0, file.lastIndexOf("/")), readOnly: true };
}

/** As for other containers, but the disk is asked for too: on a node without it the work would be lost half-way. */
function backupResources({ cpu, memory, memoryLimit }: Resources, scratch: string): Container["resources"] {
  const { request, limit } = scratchOnNode(scratch);
  return {
    requests: { cpu, memory, "ephemeral-storage": request },
    limits: { memory: memoryLimit, "ephemeral-storage": limit },
  };
}
