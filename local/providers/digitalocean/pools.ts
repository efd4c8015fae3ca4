// Node pools as the local cluster wants them: the default pool of the cluster's object, and every pool object of it.
import { randomUUID } from "node:crypto";
import type { NodePoolSpec, PoolNode } from "../../cluster/index.ts";
import type { Context, Properties, StoredObject } from "../contract.ts";
import { number, object, objects, text, texts } from "../shared/values.ts";
import { objectsOf, tokenOf } from "./guards.ts";
import { fallbackDiskGib, requireDropletSize } from "./sizes.ts";

/** Marks a pool whose deletion is under way, so that a parallel change does not bring it back. */
export const deletingKey = "__deleting";

/** A pool for the cluster's supervisor. */
function poolSpec(id: string, pool: Properties): NodePoolSpec {
  const size = requireDropletSize(text(pool, "size"), "size");
  const optional = {
    nodeCount: number(pool, "nodeCount"),
    minNodes: number(pool, "minNodes"),
    maxNodes: number(pool, "maxNodes"),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const labels = Object.entries(object(pool, "labels")).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    id,
    name: text(pool, "name") ?? id,
    size: size.slug,
    vcpus: size.vcpus,
    memoryMib: size.memoryMib,
    diskGib: size.diskGib ?? fallbackDiskGib,
    ...given,
    autoScale: pool["autoScale"] === true,
    labels: Object.fromEntries(labels),
    taints: objects(pool, "taints").map((taint) => ({
      key: text(taint, "key") ?? "",
      value: text(taint, "value") ?? "",
      effect: text(taint, "effect") ?? "",
    })),
    tags: texts(pool, "tags"),
  };
}

/** All pools that a cluster should have now. */
export function wantedPools(ctx: Context, clusterId: string): NodePoolSpec[] {
  const cluster: StoredObject | undefined = ctx.account.get(tokenOf("KubernetesCluster"), clusterId);
  const first = object(cluster?.object ?? {}, "nodePool");
  const others = objectsOf(ctx, "KubernetesNodePool").filter(
    (pool) => pool.object["clusterId"] === clusterId && pool.object[deletingKey] !== true,
  );
  const defaultId = text(first, "id");
  return [...(defaultId ? [poolSpec(defaultId, first)] : []), ...others.map((pool) => poolSpec(pool.id, pool.object))];
}

/** The outputs that tell of a pool's nodes. */
export function nodeOutputs(nodes: readonly PoolNode[]): Properties {
  return { actualNodeCount: nodes.length, nodes: nodes.map((node) => ({ ...node })) };
}

/** Default pools have an id that nothing else shows; it is made with the cluster. */
export function defaultPool(inputs: Properties, previous?: StoredObject): Properties {
  const old = object(previous?.object ?? {}, "nodePool");
  const kept = {
    id: text(old, "id") ?? randomUUID(),
    actualNodeCount: old["actualNodeCount"] ?? 0,
    nodes: old["nodes"] ?? [],
  };
  return { ...object(inputs, "nodePool"), ...kept };
}
