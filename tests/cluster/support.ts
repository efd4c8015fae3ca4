// Clusters in temporary homes for tests, with a client that knows nothing of the code under test.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as k8s from "@kubernetes/client-node";
import { deleteCluster, listClusters, type NodePoolSpec } from "../../local/cluster/index.ts";

/** Real processes on a busy machine: nothing here is about speed. */
export const patience = 300_000;

export interface TestHome {
  readonly home: string;
  /** Deletes every cluster and the folder. */
  remove(): Promise<void>;
}

export function testHome(): TestHome {
  const home = mkdtempSync(join(tmpdir(), "cluster-test-"));
  return {
    home,
    async remove() {
      for (const { id } of await listClusters(home)) await deleteCluster(home, id);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface TestClient {
  readonly core: k8s.CoreV1Api;
  readonly apps: k8s.AppsV1Api;
  readonly batch: k8s.BatchV1Api;
  readonly objects: k8s.KubernetesObjectApi;
}

/** A client that has nothing but the kubeconfig. */
export function clientOf(kubeconfig: string): TestClient {
  const config = new k8s.KubeConfig();
  config.loadFromString(kubeconfig);
  return {
    core: config.makeApiClient(k8s.CoreV1Api),
    apps: config.makeApiClient(k8s.AppsV1Api),
    batch: config.makeApiClient(k8s.BatchV1Api),
    objects: k8s.KubernetesObjectApi.makeApiClient(config),
  };
}

/** An autoscaled pool of s-4vcpu-8gb droplets; three pods of one core fit beside the daemons. */
export function testPool(overrides: Partial<NodePoolSpec> = {}): NodePoolSpec {
  return {
    id: "pool-web",
    name: "web",
    size: "s-4vcpu-8gb",
    vcpus: 4,
    memoryMib: 8192,
    diskGib: 160,
    autoScale: false,
    nodeCount: 1,
    labels: {},
    taints: [],
    tags: [],
    ...overrides,
  };
}

export function deployment(
  name: string,
  replicas: number,
  pod: Partial<k8s.V1PodSpec> = {},
  cpu = "100m",
): k8s.V1Deployment {
  const labels = { app: name };
  const container = { name: "main", image: "simulated/app", resources: { requests: { cpu, memory: "100Mi" } } };
  return {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container], ...pod } },
    },
  };
}

export function job(
  name: string,
  spec: Partial<k8s.V1JobSpec>,
  annotations: Record<string, string> = {},
  restartPolicy = "Never",
): k8s.V1Job {
  const template = {
    metadata: { annotations },
    spec: { restartPolicy, containers: [{ name: "main", image: "simulated/job" }] },
  };
  return { metadata: { name }, spec: { template, ...spec } };
}

/** Whether a process with this number runs; one that only waits for its parent to look does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Whether anything listens on the loopback port. */
export async function isListening(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ port, host: "127.0.0.1" });
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

export function portOf(endpoint: string): number {
  return Number(new URL(endpoint).port);
}
