// What happens to a running server: settings change, a node is lost, a pool is drained, its nodes get another size. The API is watched all the while.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { V1Deployment } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubeconfigPath } from "../../local/home.ts";
import { clientOf, type TestClient } from "../cluster/support.ts";
import { drainNode } from "../support/drain.ts";
import { removeHome, runLocal, temporaryHome } from "../support/local-cloud.ts";
import { mastodonSettings } from "../support/mastodon-inputs.ts";
import { PodWatch, type Seen } from "../support/pod-watch.ts";
import { type Changes, writeSettings } from "../support/plan.ts";

const minutes = 60_000;
const namespace = "mastodon";
const scheduler = "sidekiq-scheduler";

const home = temporaryHome();
const settings = join(home, "settings.yaml");
let kubeconfig: string;
let client: TestClient;

const eventually = <T>(ask: () => Promise<T>) => expect.poll(ask, { timeout: 4 * minutes, interval: 200 });

/** What was changed so far; each change stays. Nobody but the settings decides on replicas here. */
const changed: Record<string, unknown> = { "metrics.enabled": false, "autoscaling.enabled": false };

async function up(changes: Changes): Promise<void> {
  writeSettings(settings, Object.assign(changed, changes));
  const { code, text } = await runLocal(home, "up", "--settings", settings);
  expect(text).toContain("Workloads");
  expect(code).toBe(0);
}

const deployments = async (): Promise<V1Deployment[]> =>
  (await client.apps.listNamespacedDeployment({ namespace })).items;

/** Pods of each Deployment that are to be ready: what the API server holds, whoever decided on it. */
async function wanted(): Promise<ReadonlyMap<string, number>> {
  return new Map((await deployments()).map(({ metadata, spec }) => [metadata?.name ?? "", spec?.replicas ?? 0]));
}

/** Deployments whose pods are not all new, ready and the only ones. */
async function unready(): Promise<string[]> {
  const unsettled = (await deployments()).filter(({ metadata, spec, status }) => {
    const current = status?.observedGeneration === metadata?.generation;
    const { readyReplicas = 0, updatedReplicas = 0, replicas = 0 } = status ?? {};
    return !current || [readyReplicas, updatedReplicas, replicas].some((count) => count !== spec?.replicas);
  });
  return unsettled.map(({ metadata }) => metadata?.name ?? "");
}

/** Watches while something is done, until all is ready again. */
async function watched(action: () => Promise<void>): Promise<ReadonlyMap<string, Seen>> {
  const watch = await PodWatch.start(kubeconfig, namespace);
  await action();
  await eventually(unready).toEqual([]);
  return watch.end();
}

const isIn = (uids: ReadonlySet<string> | undefined) => (uid: string) => uids?.has(uid) ?? false;

/** Names of the Deployments whose pods were renewed. One of which some pods only were is a mistake. */
async function rolled(seen: ReadonlyMap<string, Seen>): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await wanted()).keys()) {
    const { before, after } = seen.get(name) ?? {};
    const kept = [...(after ?? [])].filter(isIn(before)).length;
    expect([0, before?.size], name).toContain(kept);
    if (kept !== before?.size || after?.size !== kept) names.push(name);
  }
  return names.toSorted();
}

/** Nodes of the pool on which a pod of Mastodon's runs. A job's pod that is over stays where it was. */
async function nodesWithPods(pool: string): Promise<string[]> {
  const { items } = await client.core.listNamespacedPod({ namespace, fieldSelector: "status.phase=Running" });
  const used = new Set(items.map(({ spec }) => spec?.nodeName));
  const { items: nodes } = await client.core.listNode({ labelSelector: `mastodon/pool=${pool}` });
  return nodes.flatMap(({ metadata }) => (used.has(metadata?.name) ? [metadata?.name ?? ""] : []));
}

const groups = Object.keys(mastodonSettings().sidekiq.groups).map((group) => `sidekiq-${group}`);
const fewerMailThreads = {
  ...mastodonSettings().sidekiq.groups,
  mailers: { ...mastodonSettings().sidekiq.groups["mailers"], threads: 4 },
};

const sidekiqOnly = { IP_RETENTION_PERIOD: "2592000" };

/** What is changed, and the Deployments whose pods read it. */
const rolls: readonly (readonly [string, Changes, readonly string[]])[] = [
  ["a variable that only Sidekiq reads", { "mastodon.environment": sidekiqOnly }, groups],
  ["a variable that only web reads", { "mastodon.environment": { ...sidekiqOnly, PERSISTENT_TIMEOUT: "30" } }, ["web"]],
  ["the threads of one group of queues", { "mastodon.sidekiq.groups": fewerMailThreads }, ["sidekiq-mailers"]],
  ["the connections of streaming", { "mastodon.streaming": { connections: 4 } }, ["streaming"]],
  ["the largest upload", { "mastodon.edge": { uploadMib: 60 } }, ["edge"]],
];

beforeAll(async () => {
  await up({});
  kubeconfig = readFileSync(kubeconfigPath(home), "utf8");
  client = clientOf(kubeconfig);
}, 10 * minutes);
afterAll(() => removeHome(home), 2 * minutes);

describe("a change of settings", () => {
  it.each(rolls)(
    "rolls exactly the pods that read %s, and never has fewer than before",
    async (_, changes, names) => {
      const before = await wanted();
      const seen = await watched(() => up(changes));
      expect(await rolled(seen)).toEqual(names.toSorted());
      expect(await wanted()).toEqual(before);
      for (const [name, replicas] of before) {
        // The only one that ends its old pod first, because two schedulers would do everything twice.
        if (name === scheduler) expect(seen.get(name)?.most).toBe(1);
        else expect(seen.get(name)?.fewestReady, name).toBe(replicas);
      }
    },
    10 * minutes,
  );
});

describe.each(["web", "sidekiq"])("a lost node of the pool %s", (pool) => {
  it(
    "costs nobody all of the pods that serve, and they come back elsewhere",
    async () => {
      const [lost] = await nodesWithPods(pool);
      const seen = await watched(async () => {
        // What the platform does when a droplet is gone. Nobody asks the pods first.
        await client.core.deleteNode({ name: lost ?? "" });
        await eventually(() => podsOf(lost)).toEqual([]);
      });
      for (const name of ["web", "streaming", "edge"]) expect(seen.get(name)?.fewestReady, name).toBeGreaterThan(0);
      expect(seen.get(scheduler)?.most).toBe(1);
    },
    10 * minutes,
  );
});

describe.each(["web", "sidekiq"])("the pool %s", (pool) => {
  it(
    "is drained to its last node within every disruption budget",
    async () => {
      const replicas = await wanted();
      const nodes = await nodesWithPods(pool);
      const seen = await watched(async () => {
        for (const node of nodes) await drainNode(client, node);
      });
      expect(nodes.length).toBeGreaterThan(0);
      expect((await nodesWithPods(pool)).filter((node) => nodes.includes(node))).toEqual([]);
      for (const [name, count] of replicas) expect(seen.get(name)?.fewestReady, name).toBeGreaterThanOrEqual(count - 1);
      expect(seen.get(scheduler)?.most).toBe(1);
    },
    10 * minutes,
  );
});

describe("another size of the nodes", () => {
  it(
    "moves all pods of the pool to new nodes within every disruption budget",
    async () => {
      const replicas = await wanted();
      const before = await nodesWithPods("web");
      const left = async () => (await nodesWithPods("web")).filter((node) => before.includes(node));
      const seen = await watched(async () => {
        await up({ "kubernetes.pools.web.size": "s-8vcpu-16gb" });
        // The platform drains the old nodes after it has taken the order to remove them.
        await eventually(left).toEqual([]);
      });
      expect((await nodesWithPods("web")).length).toBeGreaterThan(0);
      for (const [name, count] of replicas) expect(seen.get(name)?.fewestReady, name).toBeGreaterThanOrEqual(count - 1);
    },
    10 * minutes,
  );
});

/** Names of Mastodon's pods on the node. */
async function podsOf(node: string | undefined): Promise<string[]> {
  const { items } = await client.core.listNamespacedPod({ namespace, fieldSelector: `spec.nodeName=${node}` });
  return items.map(({ metadata }) => metadata?.name ?? "");
}
