// Reads from the cluster how many pods of each declared workload are ready.
import { AppsV1Api, BatchV1Api, KubeConfig } from "@kubernetes/client-node";
import type { Outputs } from "../../src/outputs.ts";

type Workload = Outputs["workloads"][number];

/** A declared workload with what the cluster says of it. */
export interface WorkloadState extends Workload {
  readonly ready: number;
}

/** @throws the client's error when the cluster does not answer. */
export async function readWorkloads(kubeconfigFile: string, declared: readonly Workload[]): Promise<WorkloadState[]> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigFile);
  const apps = config.makeApiClient(AppsV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  const namespaces = [...new Set(declared.map(({ namespace }) => namespace))];
  const ready = new Map<string, number>();
  for (const namespace of namespaces) {
    for (const { metadata, status } of (await apps.listNamespacedDeployment({ namespace })).items) {
      ready.set(`Deployment/${namespace}/${metadata?.name}`, status?.readyReplicas ?? 0);
    }
    for (const { metadata, status } of (await batch.listNamespacedJob({ namespace })).items) {
      ready.set(`Job/${namespace}/${metadata?.name}`, status?.succeeded ?? 0);
    }
    // It has no pods of its own; it is ready when it may start its jobs.
    for (const { metadata, spec } of (await batch.listNamespacedCronJob({ namespace })).items) {
      ready.set(`CronJob/${namespace}/${metadata?.name}`, spec?.suspend === true ? 0 : 1);
    }
  }
  return declared.map((workload) => ({
    ...workload,
    ready: ready.get(`${workload.kind}/${workload.namespace}/${workload.name}`) ?? 0,
  }));
}
