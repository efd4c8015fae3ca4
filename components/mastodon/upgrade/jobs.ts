// What the Jobs of an upgrade have in common: their names, their metadata, and how long they are waited for.
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { checksum } from "../checksum.ts";
import { childOf, named, type Scope } from "../kubernetes/scope.ts";
import { type Role, roleLabels } from "../workloads/workload.ts";

export type JobSpec = kubernetes.types.input.batch.v1.JobSpec;

/** The label by which the state tells which version a Job was for. */
export const versionLabel = "app.kubernetes.io/version";

/** One step of an upgrade. */
export interface UpgradeJob {
  /** Last part of the logical name, which stays from version to version. */
  readonly logicalName: string;
  /** Name in the cluster. */
  readonly name: string;
  readonly role: Role;
  readonly version: string;
  readonly spec: JobSpec;
}

/**
 * Jobs cannot change, so each is named after what it runs: a repeated `up` finds it done, another version or another specification is
 * another Job, and the old one goes when its turn comes.
 */
export function jobName(kind: string, version: string, spec: JobSpec): string {
  const sum = checksum({ spec: JSON.stringify(spec) }).slice(0, 8);
  return `${kind}-${version.replaceAll(".", "-")}-${sum}`;
}

/** Two attempts, each in a pod of its own, which keeps its log. A pod that its node lost does not count as one. */
export const attempts: Pick<JobSpec, "backoffLimit" | "podFailurePolicy"> = {
  backoffLimit: 1,
  podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }] },
};

/** The last lines of a failed container's log become its message, which the engine shows. */
export const tellsItsEnd = { terminationMessagePolicy: "FallbackToLogsOnError" };

/**
 * Registers the Job. One that failed, or that was cut off, is replaced by the next `up`: without the annotation it would be looked at, found
 * failed, and reported again for ever.
 */
export function createJob(scope: Scope, job: UpgradeJob, after: pulumi.Resource[]): kubernetes.batch.v1.Job {
  const { logicalName, name, role, version, spec } = job;
  const metadata = {
    ...named(scope, name, { ...roleLabels(role), [versionLabel]: version }),
    annotations: { "pulumi.com/replaceUnready": "true" },
  };
  // A little longer than the Job itself may take, so that its own verdict comes first.
  const minutes = `${Number(spec.activeDeadlineSeconds) / 60 + 10}m`;
  return new kubernetes.batch.v1.Job(
    `${scope.name}-${logicalName}`,
    { metadata, spec },
    {
      ...childOf(scope, after),
      customTimeouts: { create: minutes, update: minutes },
      // An old Job that waits for its end while the new one fails would, on the way back, be taken for the Job of that name and then removed.
      deleteBeforeReplace: true,
    },
  );
}
