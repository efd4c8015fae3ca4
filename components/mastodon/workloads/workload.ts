// What every long-running workload of Mastodon is described by, and the Deployment that follows from it.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupRole } from "../../backups/tasks.ts";

export type PodSpec = kubernetes.types.input.core.v1.PodSpec;
export type Container = kubernetes.types.input.core.v1.Container;
export type DeploymentSpec = kubernetes.types.input.apps.v1.DeploymentSpec;
type DeploymentStrategy = kubernetes.types.input.apps.v1.DeploymentStrategy;

/** What kind of pod it is. Network policies and service accounts go by it. */
export type Role =
  | LastingRole
  | "migrate"
  | "prometheus"
  | "alertmanager"
  | "pushgateway"
  | "watchdog"
  | "cdn-purge"
  | "assets-copy"
  | "upgrade-dump"
  | "staging-copy"
  | "worker-grants"
  | "backup-grants"
  | BackupRole
  | "tailnet-gateway"
  | "tailnet-kubernetes"
  | DayTwoKind;

/** Kinds of jobs for what a server needs besides running. */
type DayTwoKind = "first-admin" | "search-index" | "clean-up" | "mail-domains" | "tootctl";

/** Kinds of pods that run until they are told to stop. */
export type LastingRole = "web" | "streaming" | "sidekiq" | "edge";

export interface Workload {
  /** Name of the Deployment. */
  readonly name: string;
  readonly role: LastingRole;
  readonly replicas: number;
  /** Sidekiq queues in their plain names. */
  readonly queues?: readonly string[];
  readonly strategy: DeploymentStrategy;
  readonly pod: PodSpec;
}

/** Starts a new pod before an old one ends, so that a roll never lowers the capacity. */
export const surge: DeploymentStrategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };

/** Ends the old pod before the new one starts: for what must never run twice. */
export const recreate: DeploymentStrategy = { type: "Recreate" };

/** Labels by which pods of one role are found, whatever their workload. */
export function roleLabels(role: Role): Record<string, string> {
  return { "app.kubernetes.io/part-of": "mastodon", "app.kubernetes.io/component": role };
}

/** Labels that exactly one workload's pods carry. They select, so they can never change. */
export function workloadLabels(workload: { readonly name: string; readonly role: Role }): Record<string, string> {
  return { ...roleLabels(workload.role), "app.kubernetes.io/name": workload.name };
}

/**
 * @param checksums what the pods read when they start, hashed: a change of it rolls exactly these pods
 * @param scaled whether a scaler decides on the number of pods
 */
export function deploymentSpec(
  workload: Workload,
  checksums: Readonly<Record<string, pulumi.Input<string>>>,
  scaled = false,
): DeploymentSpec {
  const labels = workloadLabels(workload);
  return {
    ...(scaled ? {} : { replicas: workload.replicas }),
    revisionHistoryLimit: 5,
    progressDeadlineSeconds: 600,
    strategy: workload.strategy,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels, annotations: checksumAnnotations(checksums) },
      spec: { ...workload.pod, topologySpreadConstraints: [spreadOverNodes(labels)], affinity: apartFrom(labels) },
    },
  };
}

/**
 * A Deployment of one pod, and never two: for what holds a volume, a rate limit or an order that two would spoil.
 * @param checksums as above
 */
export function singlePodSpec(
  labels: Record<string, string>,
  pod: PodSpec,
  checksums: Readonly<Record<string, pulumi.Input<string>>>,
): DeploymentSpec {
  return {
    replicas: 1,
    revisionHistoryLimit: 5,
    strategy: recreate,
    selector: { matchLabels: labels },
    template: { metadata: { labels, annotations: checksumAnnotations(checksums) }, spec: pod },
  };
}

/** Each on its own, so that a preview says which of them rolls the pods. */
function checksumAnnotations(checksums: Readonly<Record<string, pulumi.Input<string>>>) {
  return Object.fromEntries(Object.entries(checksums).map(([of, sum]) => [`checksum/${of}`, sum]));
}

/**
 * Pods of one revision on different nodes. A wish, not a demand: a demand would keep pods pending while a node is drained.
 */
function spreadOverNodes(labels: Record<string, string>): kubernetes.types.input.core.v1.TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: labels },
    matchLabelKeys: ["pod-template-hash"],
  };
}

/** Rather not on a node that has one of these pods already, of an old revision either: while a roll lasts, one node must not have all that serve. */
export function apartFrom(labels: Record<string, string>): kubernetes.types.input.core.v1.Affinity {
  const podAffinityTerm = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } };
  return { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm }] } };
}
