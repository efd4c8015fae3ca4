// Node objects as DOKS makes them: names, labels, taints, addresses, and the resources of the droplet size.
import { randomInt, randomUUID } from "node:crypto";
import { nodeResources } from "./allocatable.ts";
import type { Manifest } from "./api.ts";
import { hasCondition, type KubeNode, type NodeTaint } from "./objects.ts";
import type { SeenNode } from "./record.ts";
import type { Place } from "./scheduling.ts";
import { addressAfter } from "./subnets.ts";
import type { NodePoolSpec } from "./types.ts";

export const poolIdLabel = "doks.digitalocean.com/node-pool-id";
const nodeIdLabel = "doks.digitalocean.com/node-id";
export const drainingAnnotation = "local.mastodon/draining-since";
/** Names of the labels that the pool set, so that one taken out of the pool's settings also leaves its nodes. */
const poolLabelsAnnotation = "local.mastodon/pool-labels";

/** First private address of nodes; a range of DigitalOcean's own VPCs that clusters here do not use for pods or Services. */
const firstNodeAddress = "10.118.0.2";

/** Kubernetes' own taints come and go with a node's health; all others belong to the pool. */
const systemTaint = /^(node\.kubernetes\.io|node\.cloudprovider\.kubernetes\.io)\//;

interface NodeContext {
  readonly region: string;
  readonly version: string;
  readonly name: string;
}

/** Labels and taints of the pool's nodes. */
export function poolPlace(pool: NodePoolSpec, { region, version, name }: NodeContext): Place {
  return {
    name,
    labels: {
      "beta.kubernetes.io/arch": "amd64",
      "beta.kubernetes.io/os": "linux",
      "beta.kubernetes.io/instance-type": pool.size,
      "kubernetes.io/arch": "amd64",
      "kubernetes.io/os": "linux",
      "kubernetes.io/hostname": name,
      "node.kubernetes.io/instance-type": pool.size,
      "topology.kubernetes.io/region": region,
      region,
      "doks.digitalocean.com/managed": "true",
      "doks.digitalocean.com/node-pool": pool.name,
      [poolIdLabel]: pool.id,
      "doks.digitalocean.com/version": version,
      ...pool.labels,
    },
    taints: pool.taints.map(({ key, value, effect }) => ({ key, ...(value ? { value } : {}), effect })),
  };
}

/** A name as DOKS gives them: the pool's, and five characters that make no words. */
export function newNodeName(pool: NodePoolSpec): string {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  return `${pool.name}-${Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("")}`;
}

/**
 * A new node of the pool.
 * @param address The node's private address, from `freeNodeAddress`.
 */
export function nodeManifest(pool: NodePoolSpec, context: NodeContext, address: string): Manifest {
  const { labels, taints } = poolPlace(pool, context);
  const kubelet = `v${context.version.split("-")[0]}`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: context.name,
      labels: { ...labels, [nodeIdLabel]: randomUUID() },
      annotations: { [poolLabelsAnnotation]: Object.keys(pool.labels).join(",") },
    },
    spec: { providerID: `digitalocean://${randomInt(400_000_000, 599_999_999)}`, taints },
    status: {
      ...nodeResources(pool.vcpus, pool.memoryMib, pool.diskGib),
      addresses: [
        { type: "Hostname", address: context.name },
        { type: "InternalIP", address },
      ],
      nodeInfo: {
        architecture: "amd64",
        bootID: "",
        containerRuntimeVersion: "containerd://simulated",
        kernelVersion: "simulated",
        kubeProxyVersion: "",
        kubeletVersion: kubelet,
        machineID: "",
        operatingSystem: "linux",
        osImage: "simulated by KWOK",
        systemUUID: "",
      },
    },
  };
}

/** The lowest private address that no node has. */
export function freeNodeAddress(nodes: readonly KubeNode[]): string {
  const taken = new Set(nodes.flatMap(({ status }) => status?.addresses ?? []).map(({ address }) => address));
  for (let index = 0; ; index++) {
    const address = addressAfter(firstNodeAddress, index);
    if (!taken.has(address)) return address;
  }
}

/** The change that makes a node agree with its pool's labels and taints; nothing when it does. */
export function nodeCorrection(
  node: KubeNode,
  pool: NodePoolSpec,
  context: Omit<NodeContext, "name">,
): object | undefined {
  const { labels, taints } = poolPlace(pool, { ...context, name: node.metadata.name });
  const has = node.metadata.labels ?? {};
  const listed = Object.keys(pool.labels).join(",");
  const before = (node.metadata.annotations?.[poolLabelsAnnotation] ?? "").split(",").filter(Boolean);
  const gone = before.filter((key) => !(key in labels));
  const present = node.spec.taints ?? [];
  const wanted = [...taints, ...present.filter(({ key }) => systemTaint.test(key))];
  const labelsDiffer = gone.length > 0 || Object.entries(labels).some(([key, value]) => has[key] !== value);
  if (!labelsDiffer && sameTaints(present, wanted)) return undefined;
  return {
    metadata: {
      labels: { ...labels, ...Object.fromEntries(gone.map((key) => [key, null])) },
      annotations: { [poolLabelsAnnotation]: listed },
    },
    spec: { taints: wanted },
  };
}

function sameTaints(a: readonly NodeTaint[], b: readonly NodeTaint[]): boolean {
  return a.map(taintText).toSorted().join() === b.map(taintText).toSorted().join();
}

function taintText({ key, value = "", effect }: NodeTaint): string {
  return `${key}=${value}:${effect}`;
}

/** The node as DigitalOcean's API would list it. */
export function seenNode(node: KubeNode): SeenNode {
  const { name, labels = {}, annotations = {}, creationTimestamp = "" } = node.metadata;
  const ready = hasCondition(node.status?.conditions, "Ready", "True");
  return {
    id: labels[nodeIdLabel] ?? "",
    name,
    poolId: labels[poolIdLabel] ?? "",
    pool: labels["doks.digitalocean.com/node-pool"] ?? "",
    dropletId: (node.spec.providerID ?? "").replace("digitalocean://", ""),
    status: annotations[drainingAnnotation] ? "draining" : ready ? "running" : "provisioning",
    createdAt: creationTimestamp,
    updatedAt: creationTimestamp,
  };
}
