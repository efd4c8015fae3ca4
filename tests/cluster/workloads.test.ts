// A real control plane runs workloads on simulated nodes, as DOKS would.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  listClusters,
  poolNodes,
  type RunningCluster,
  setNodePools,
  startCluster,
  waitForNodePool,
} from "../../local/cluster/index.ts";
import { clientOf, deployment, job, patience, type TestClient, testHome, testPool } from "./support.ts";

const temporary = testHome();
const { home } = temporary;
const id = "workloads";
const namespace = "default";
let cluster: RunningCluster;
let client: TestClient;

beforeAll(async () => {
  cluster = await startCluster(home, { id, name: "mastodon", version: "1.36.3-do.0", region: "tor1", idleSeconds: 2 });
  client = clientOf(cluster.kubeconfig);
}, patience);
afterAll(() => temporary.remove(), patience);
vi.setConfig({ testTimeout: patience });

const eventually = <T>(ask: () => Promise<T> | T) => expect.poll(ask, { timeout: patience - 10_000, interval: 200 });
const available = async (name: string) =>
  (await client.apps.readNamespacedDeployment({ name, namespace })).status?.availableReplicas ?? 0;
const jobEnd = async (name: string) =>
  (await client.batch.readNamespacedJob({ name, namespace })).status?.conditions?.find(
    ({ status }) => status === "True",
  )?.type;

const makeLoadBalancer = (name: string, annotations: Record<string, string>) =>
  client.core.createNamespacedService({
    namespace,
    body: {
      metadata: { name, annotations },
      spec: { type: "LoadBalancer", selector: { app: "app" }, ports: [{ port: 80 }] },
    },
  });
const ingressOf = async (name: string) =>
  (await client.core.readNamespacedService({ name, namespace })).status?.loadBalancer?.ingress?.[0];

describe("the kubeconfig", () => {
  test("is named as DigitalOcean names it, and its token lives seven days", () => {
    expect(cluster.kubeconfig).toContain("current-context: do-tor1-mastodon");
    const days = (Date.parse(cluster.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7.1);
  });

  test("makes an administrator, and a wrong token nobody", async () => {
    const nodes = await client.core.listNode();
    expect(nodes.items).toEqual([]);
    const stranger = clientOf(cluster.kubeconfig.replace(cluster.token, "wrong"));
    await expect(stranger.core.listNode()).rejects.toThrow("401");
  });

  test("add-on definitions are served", async () => {
    const definitions = await client.objects.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    expect(definitions.items.map(({ metadata }) => metadata?.name)).toContain("ciliumnetworkpolicies.cilium.io");
  });
});

describe("node pools", () => {
  test("become Ready nodes with the droplet's resources, labels and taints, filled with DOKS' daemons", async () => {
    const taints = [{ key: "dedicated", value: "sidekiq", effect: "NoSchedule" }];
    const sidekiq = testPool({ id: "pool-sidekiq", name: "sidekiq", labels: { role: "sidekiq" }, taints });
    await setNodePools(home, id, [testPool(), sidekiq]);
    const [node] = await waitForNodePool(home, id, "pool-sidekiq");
    expect(node).toMatchObject({ status: "running", dropletId: expect.stringMatching(/^\d+$/) });
    const { metadata, spec, status } = await client.core.readNode({ name: node!.name });
    expect(metadata?.labels).toMatchObject({ role: "sidekiq", "doks.digitalocean.com/node-id": node!.id });
    expect(status?.allocatable).toMatchObject({ cpu: "3900m", memory: "6Gi", pods: "110" });
    expect(spec?.providerID).toBe(`digitalocean://${node!.dropletId}`);
    await eventually(async () => (await client.core.readNode({ name: node!.name })).spec?.taints).toEqual(taints);
    await eventually(async () => (await daemonsOn(node!.name)).toSorted()).toEqual([
      "cilium",
      "cpc-bridge-proxy",
      "do-node-agent",
      "other-node-agents",
    ]);
  });

  test("declared at the same moment take effect in the order of the declarations", async () => {
    const sidekiq = testPool({ id: "pool-sidekiq", name: "sidekiq", labels: { role: "sidekiq" } });
    await Promise.all([setNodePools(home, id, [testPool()]), setNodePools(home, id, [testPool(), sidekiq])]);
    expect(await waitForNodePool(home, id, "pool-sidekiq")).toHaveLength(1);
    await expect(waitForNodePool(home, id, "absent")).rejects.toThrow("has no node pool absent");
  });

  test("changed labels and taints reach the nodes that are there", async () => {
    const [before] = await waitForNodePool(home, id, "pool-sidekiq");
    const sidekiq = testPool({ id: "pool-sidekiq", name: "sidekiq", labels: { tier: "queue" } });
    await setNodePools(home, id, [testPool(), sidekiq]);
    const read = async () => {
      const { metadata, spec } = await client.core.readNode({ name: before!.name });
      return { role: metadata?.labels?.["role"], tier: metadata?.labels?.["tier"], taints: spec?.taints };
    };
    await eventually(read).toEqual({ role: undefined, tier: "queue", taints: undefined });
  });

  test("a removed pool's nodes go, and their pods run elsewhere", async () => {
    await client.apps.createNamespacedDeployment({ namespace, body: deployment("mover", 2) });
    await eventually(() => available("mover")).toBe(2);
    const [leaving] = await waitForNodePool(home, id, "pool-sidekiq");
    await setNodePools(home, id, [testPool()]);
    await eventually(() => poolNodes(home, id, "pool-sidekiq")).toEqual([]);
    await eventually(() => available("mover")).toBe(2);
    const { items } = await client.core.listPodForAllNamespaces();
    expect(items.filter(({ spec }) => spec?.nodeName === leaving!.name)).toEqual([]);
  });

  test("are what status shows", async () => {
    const [status] = await listClusters(home);
    expect(status).toMatchObject({ id, name: "mastodon", state: "running", endpoint: cluster.endpoint });
    expect(status?.nodes).toMatchObject([{ pool: "web", status: "running" }]);
    expect(Object.keys(status?.pids ?? {}).toSorted()).toEqual([
      "etcd",
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
      "kwok",
      "supervisor",
    ]);
  });
});

describe("workloads", () => {
  test("a Deployment with init containers and a sidecar becomes available", async () => {
    const initContainers = [
      { name: "prepare", image: "simulated/init" },
      { name: "sidecar", image: "simulated/sidecar", restartPolicy: "Always" },
    ];
    await client.apps.createNamespacedDeployment({ namespace, body: deployment("app", 2, { initContainers }) });
    await eventually(() => available("app")).toBe(2);
    const { items } = await client.core.listNamespacedPod({ namespace, labelSelector: "app=app" });
    expect(new Set(items.map(({ status }) => status?.podIP)).size).toBe(2);
    const states = items[0]?.status?.initContainerStatuses?.map(({ state }) =>
      Object.keys(state ?? {}).find((key) => key !== "waiting"),
    );
    expect(states?.[0]).toBe("terminated");
    expect(states?.[1]).toBe("running");
  });

  test("a Job completes", async () => {
    await client.batch.createNamespacedJob({ namespace, body: job("migrate", {}) });
    await eventually(() => jobEnd("migrate")).toMatch(/Complete|SuccessCriteriaMet/);
    await eventually(
      async () => (await client.batch.readNamespacedJob({ name: "migrate", namespace })).status?.succeeded,
    ).toBe(1);
  });

  test.each(["Never", "OnFailure"])(
    "a Job that is told to fail, restarted %s, fails after its retries",
    async (restartPolicy) => {
      const name = `failing-${restartPolicy.toLowerCase()}`;
      const body = job(name, { backoffLimit: 0 }, { "local.mastodon/fail": "true" }, restartPolicy);
      await client.batch.createNamespacedJob({ namespace, body });
      await eventually(() => jobEnd(name)).toMatch(/Failed|FailureTarget/);
    },
  );

  test("a pod with a readiness gate waits for whoever opens it", async () => {
    const body = {
      metadata: { name: "gated" },
      spec: {
        readinessGates: [{ conditionType: "example.org/open" }],
        containers: [{ name: "main", image: "simulated/app" }],
      },
    };
    await client.core.createNamespacedPod({ namespace, body });
    const conditions = async () => {
      const { status } = await client.core.readNamespacedPod({ name: "gated", namespace });
      return Object.fromEntries((status?.conditions ?? []).map(({ type, status }) => [type, status]));
    };
    await eventually(conditions).toMatchObject({ ContainersReady: "True", Ready: "False" });
    const opened = [{ op: "add", path: "/status/conditions/-", value: { type: "example.org/open", status: "True" } }];
    await client.core.patchNamespacedPodStatus({ name: "gated", namespace, body: opened });
    await eventually(conditions).toMatchObject({ Ready: "True" });
  });

  test("a LoadBalancer Service gets a lasting address, and a host name where it asks for one", async () => {
    await makeLoadBalancer("edge", {});
    await makeLoadBalancer("named", { "service.beta.kubernetes.io/do-loadbalancer-hostname": "edge.example.org" });
    await eventually(() => ingressOf("edge")).toMatchObject({ ip: expect.stringMatching(/^203\.0\.113\.\d+$/) });
    await eventually(() => ingressOf("named")).toMatchObject({ hostname: "edge.example.org" });
  });

  test("a volume claim is bound", async () => {
    const body = {
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } },
    };
    await client.core.createNamespacedPersistentVolumeClaim({ namespace, body });
    const phase = async () =>
      (await client.core.readNamespacedPersistentVolumeClaim({ name: "data", namespace })).status?.phase;
    await eventually(phase).toBe("Bound");
  });
});

describe("autoscaling", () => {
  test("pending pods grow the pool to its maximum and no further; idle nodes go again", async () => {
    const pool = testPool({
      id: "pool-big",
      name: "big",
      autoScale: true,
      minNodes: 0,
      maxNodes: 2,
      labels: { role: "big" },
    });
    const { nodeCount: _, ...autoscaled } = pool;
    await setNodePools(home, id, [testPool(), autoscaled]);
    await waitForNodePool(home, id, "pool-big");
    expect(await poolNodes(home, id, "pool-big")).toEqual([]);

    const body = deployment("greedy", 7, { nodeSelector: { role: "big" } }, "1");
    await client.apps.createNamespacedDeployment({ namespace, body });
    await eventually(() => available("greedy")).toBe(6);
    const { items } = await client.core.listNamespacedPod({ namespace, labelSelector: "app=greedy" });
    expect(items.filter(({ spec }) => !spec?.nodeName)).toHaveLength(1);
    await eventually(() => poolNodes(home, id, "pool-big")).toHaveLength(2);

    await client.apps.deleteNamespacedDeployment({ name: "greedy", namespace });
    await eventually(() => poolNodes(home, id, "pool-big")).toEqual([]);
    expect(await poolNodes(home, id, "pool-web")).toHaveLength(1);
  });
});

async function daemonsOn(nodeName: string): Promise<string[]> {
  const { items } = await client.core.listNamespacedPod({ namespace: "kube-system" });
  const here = items.filter(
    ({ spec, metadata }) => spec?.nodeName === nodeName && metadata?.ownerReferences?.[0]?.kind === "DaemonSet",
  );
  return here
    .filter(({ status }) => status?.phase === "Running")
    .map(({ metadata }) => metadata?.ownerReferences?.[0]?.name ?? "");
}
