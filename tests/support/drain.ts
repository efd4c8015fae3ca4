// Empties a node as `kubectl drain --ignore-daemonsets` does: cordon, then the eviction API, again and again where a budget says no.
import { ApiException, PatchStrategy, type V1Pod } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestClient } from "../cluster/support.ts";

/** Lets no further pod onto the node. */
async function cordon({ objects }: TestClient, name: string): Promise<void> {
  const node = { apiVersion: "v1", kind: "Node", metadata: { name }, spec: { unschedulable: true } };
  await objects.patch(node, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
}

const isDaemon = ({ metadata }: V1Pod): boolean =>
  (metadata?.ownerReferences ?? []).some(({ kind }) => kind === "DaemonSet");

const isFinished = ({ status }: V1Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

/** Asks a pod to go. @returns how often a budget refused */
async function evict({ core }: TestClient, { metadata }: V1Pod): Promise<number> {
  const { name = "", namespace = "" } = metadata ?? {};
  for (let refusals = 0; ; refusals++) {
    try {
      await core.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } });
      return refusals;
    } catch (error) {
      if (!(error instanceof ApiException)) throw error;
      if (error.code === 404) return refusals;
      if (error.code !== 429) throw error;
      await sleep(200);
    }
  }
}

async function podsOn({ core }: TestClient, node: string): Promise<V1Pod[]> {
  const { items } = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
  return items.filter((pod) => !isDaemon(pod) && !isFinished(pod));
}

/**
 * Returns when no pod is left on the node but daemons. Only the test's own time limit ends the wait.
 * @returns how often a disruption budget refused an eviction
 */
export async function drainNode(client: TestClient, node: string): Promise<number> {
  await cordon(client, node);
  const refusals = await Promise.all((await podsOn(client, node)).map((pod) => evict(client, pod)));
  while ((await podsOn(client, node)).length > 0) await sleep(200);
  return refusals.reduce((sum, count) => sum + count, 0);
}
