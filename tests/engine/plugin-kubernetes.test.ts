// Kubernetes clusters and node pools as account objects, with a fake in place of the control plane.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClusterSpec, NodePoolSpec, PoolNode } from "../../local/cluster/index.ts";
import { Instance } from "../../local/plugin/context.ts";
import { EngineLog } from "../../local/plugin/engine-log.ts";
import { create, read, remove, update } from "../../local/plugin/operations.ts";
import type { Properties } from "../../local/providers/contract.ts";
import { type ClusterEngine, replaceClusterEngine } from "../../local/providers/digitalocean/cluster-engine.ts";
import { provider } from "../../local/providers/digitalocean/index.ts";
import { temporaryHome, urnOf } from "./plugin-client.ts";

const clusterType = "digitalocean:index/kubernetesCluster:KubernetesCluster";
const poolType = "digitalocean:index/kubernetesNodePool:KubernetesNodePool";
const clusterInputs: Properties = {
  name: "masto",
  region: "tor1",
  version: "1.36.3-do.0",
  nodePool: { name: "system", size: "s-1vcpu-2gb", nodeCount: 1 },
};

/** Clusters that are only remembered. */
class FakeClusters implements ClusterEngine {
  readonly clusters = new Map<string, { spec: ClusterSpec; pools: NodePoolSpec[] }>();
  failToStart = false;

  startCluster(_home: string, spec: ClusterSpec) {
    this.clusters.set(spec.id, { spec, pools: [] });
    if (this.failToStart) return Promise.reject(new Error("the control plane did not start"));
    const expiresAt = new Date(Date.now() + 7 * 86_400_000).toISOString();
    return Promise.resolve({
      endpoint: "https://127.0.0.1:1",
      caCertificate: "Y2E=",
      token: "t",
      kubeconfig: "kind: Config",
      expiresAt,
    });
  }

  deleteCluster(_home: string, id: string): Promise<void> {
    this.clusters.delete(id);
    return Promise.resolve();
  }

  setNodePools(_home: string, clusterId: string, pools: NodePoolSpec[]): void {
    const cluster = this.clusters.get(clusterId);
    if (cluster) cluster.pools = pools;
  }

  poolNodes(_home: string, clusterId: string, poolId: string): Promise<PoolNode[]> {
    const pool = this.clusters.get(clusterId)?.pools.find(({ id }) => id === poolId);
    const count = pool?.autoScale ? (pool.minNodes ?? 0) : (pool?.nodeCount ?? 0);
    const node = { dropletId: "1", status: "running", createdAt: "2026-01-01", updatedAt: "2026-01-01" } as const;
    return Promise.resolve(
      Array.from({ length: count }, (_, index) => ({ ...node, id: `${poolId}-${index}`, name: `n-${index}` })),
    );
  }

  waitForNodePool(home: string, clusterId: string, poolId: string): Promise<PoolNode[]> {
    return this.poolNodes(home, clusterId, poolId);
  }
}

let clusters: FakeClusters;
let instance: Instance;
let cleanUp: () => void;

beforeEach(() => {
  const { home, remove: removeFolder } = temporaryHome();
  const before = process.env["MASTODON_LOCAL_HOME"];
  process.env["MASTODON_LOCAL_HOME"] = home;
  instance = new Instance(provider, new EngineLog(undefined));
  clusters = new FakeClusters();
  replaceClusterEngine(clusters);
  cleanUp = () => {
    replaceClusterEngine(undefined);
    instance.account.close();
    removeFolder();
    if (before === undefined) delete process.env["MASTODON_LOCAL_HOME"];
    else process.env["MASTODON_LOCAL_HOME"] = before;
  };
});
afterEach(() => cleanUp());

const make = (type: string, name: string, inputs: Properties) => create(instance.subject(urnOf(type, name)), inputs);
const subject = (type: string, name: string) => instance.subject(urnOf(type, name));
const poolNames = (id: string) =>
  clusters.clusters
    .get(id)
    ?.pools.map(({ name }) => name)
    .toSorted();
const webPool = (clusterId: string, more: Properties = {}): Properties => ({
  clusterId,
  name: "web",
  size: "s-4vcpu-8gb",
  autoScale: true,
  minNodes: 2,
  maxNodes: 6,
  labels: { pool: "web" },
  taints: [{ key: "pool", value: "web", effect: "NoSchedule" }],
  ...more,
});

describe("a cluster", () => {
  it("starts with its default pool, and tells how to reach it", async () => {
    const { id, state } = await make(clusterType, "k", clusterInputs);
    expect(clusters.clusters.get(id)?.spec).toMatchObject({ name: "masto", version: "1.36.3-do.0" });
    expect(state).toMatchObject({
      clusterUrn: `do:kubernetes:${id}`,
      ha: true,
      endpoint: "https://127.0.0.1:1",
      status: "running",
    });
    expect(state["kubeConfigs"]).toMatchObject([{ rawConfig: "kind: Config", token: "t" }]);
    expect(state["nodePool"]).toMatchObject({ name: "system", actualNodeCount: 1, nodes: [{ status: "running" }] });
  });

  it("leaves nothing behind when it does not start", async () => {
    clusters.failToStart = true;
    await expect(make(clusterType, "k", clusterInputs)).rejects.toThrow("did not start");
    expect(clusters.clusters.size).toBe(0);
    expect(instance.account.get().isEmpty()).toBe(true);
  });

  it("is finished at the next read when the run that created it was killed", async () => {
    const { id, state } = await make(clusterType, "k", clusterInputs);
    const { kubeConfigs: _, endpoint: __, ...half } = state;
    const { context } = subject(clusterType, "k");
    context.account.put(clusterType, id, half);
    clusters.clusters.clear();
    const found = await read(subject(clusterType, "k"), id, {});
    expect(found?.state).toMatchObject({ endpoint: "https://127.0.0.1:1", nodePool: { actualNodeCount: 1 } });
  });

  it("is found by name, with the version that runs, and not found in the provider's words", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    const find = provider.functions["digitalocean:index/getKubernetesCluster:getKubernetesCluster"];
    const found = await find?.run(instance.baseContext(), { name: "masto" });
    expect(found).toMatchObject({ id, version: "1.36.3-do.0", status: "running", urn: `do:kubernetes:${id}` });
    expect(() => find?.run(instance.baseContext(), { name: "other" })).toThrow(
      "Unable to find cluster with name: other",
    );
  });

  it("ends its processes when it is deleted", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    await remove(subject(clusterType, "k"), id);
    expect(clusters.clusters.size).toBe(0);
    expect(instance.account.get().isEmpty()).toBe(true);
  });

  it.each([
    ["a version that is no longer on offer", { version: "1.28.2-do.0" }, "1.28.2-do.0 is not on offer"],
    ["a region without Kubernetes", { region: "nyc2" }, "nyc2 has no room"],
    [
      "ranges that overlap each other",
      { clusterSubnet: "10.100.0.0/16", serviceSubnet: "10.100.8.0/24" },
      "overlaps clusterSubnet",
    ],
    ["a range that DOKS keeps for itself", { clusterSubnet: "10.229.0.0/16" }, "DigitalOcean itself"],
    [
      "a node size that does not exist",
      { nodePool: { name: "s", size: "s-9vcpu", nodeCount: 1 } },
      "is no Droplet size",
    ],
    [
      "more nodes than the account may have",
      { nodePool: { name: "s", size: "s-1vcpu-2gb", nodeCount: 26 } },
      "may have 25 Droplets",
    ],
    ["public addresses of pods", { clusterSubnet: "100.64.0.0/16" }, "no private range"],
    ["what DigitalOcean keeps in Toronto", { clusterSubnet: "10.29.0.0/16" }, "of DigitalOcean itself"],
    ["an unknown expander", { clusterAutoscalerConfigurations: [{ expanders: ["least_waste"] }] }, "no expander"],
    ["a threshold above 1", { clusterAutoscalerConfigurations: [{ scaleDownUtilizationThreshold: 2 }] }, "no share"],
    ["no duration", { clusterAutoscalerConfigurations: [{ scaleDownUnneededTime: "10" }] }, "no duration"],
    [
      "a firewall for a host name",
      { controlPlaneFirewall: { enabled: true, allowedAddresses: ["home.example"] } },
      "neither an address nor a range",
    ],
  ])("refuses %s", async (_, wrong, message) => {
    await expect(make(clusterType, "k", { ...clusterInputs, ...wrong })).rejects.toThrow(message);
  });
});

describe("a node pool", () => {
  it("joins the cluster with labels, taints and the size's capacity", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    const pool = await make(poolType, "web", webPool(id));
    expect(clusters.clusters.get(id)?.pools.find((one) => one.id === pool.id)).toMatchObject({
      vcpus: 4,
      memoryMib: 8192,
      maxNodes: 6,
      labels: { pool: "web" },
      taints: [{ key: "pool", value: "web", effect: "NoSchedule" }],
    });
    expect(pool.state).toMatchObject({ actualNodeCount: 2 });
  });

  it("reads how many nodes there are now", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    const pool = await make(poolType, "web", webPool(id));
    const declared = clusters.clusters.get(id)?.pools ?? [];
    clusters.setNodePools(
      "",
      id,
      declared.map((one) => (one.id === pool.id ? { ...one, minNodes: 5 } : one)),
    );
    const found = await read(subject(poolType, "web"), pool.id, pool.state);
    expect(found?.state["actualNodeCount"]).toBe(5);
  });

  it("is declared at the next read when the run that created it was killed", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    const pool = await make(poolType, "web", webPool(id));
    clusters.setNodePools("", id, []);
    expect((await read(subject(poolType, "web"), pool.id, {}))?.state["actualNodeCount"]).toBe(2);
  });

  it("changes in place", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    const pool = await make(poolType, "web", webPool(id));
    const changed = await update(subject(poolType, "web"), pool.id, pool.state, webPool(id, { minNodes: 3 }));
    expect(changed["actualNodeCount"]).toBe(3);
  });

  it("stays gone when a neighbour is deleted at the same moment", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    const [web, sidekiq] = [
      await make(poolType, "web", webPool(id)),
      await make(poolType, "sidekiq", webPool(id, { name: "sidekiq" })),
    ];
    expect(poolNames(id)).toEqual(["sidekiq", "system", "web"]);
    await Promise.all([remove(subject(poolType, "web"), web.id), remove(subject(poolType, "sidekiq"), sidekiq.id)]);
    expect(poolNames(id)).toEqual(["system"]);
  });

  it("counts with its minimum against the account's Droplets", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    await make(poolType, "web", webPool(id, { minNodes: 20, maxNodes: 30 }));
    await expect(make(poolType, "s", webPool(id, { name: "s", minNodes: 5 }))).rejects.toThrow("uses 21");
  });

  it("refuses a taken name, a missing cluster, and a maximum under the minimum", async () => {
    const { id } = await make(clusterType, "k", clusterInputs);
    await expect(make(poolType, "s", webPool(id, { name: "system" }))).rejects.toThrow("default pool");
    await expect(make(poolType, "s", webPool("gone"))).rejects.toThrow("KubernetesCluster gone does not exist");
    await expect(make(poolType, "s", webPool(id, { maxNodes: 1 }))).rejects.toThrow("maxNodes 1");
  });
});
