// The real scheduler against the capacity plan: the planned nodes take every pod, one node fewer leaves some pending.
import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { dropletSizes } from "../../components/kubernetes/droplet-sizes.ts";
import { poolKey, poolTaints } from "../../components/kubernetes/inputs.ts";
import type { Placement } from "../../components/mastodon/args.ts";
import { workloadDemands } from "../../components/mastodon/demand.ts";
import { sidekiqWorkloads } from "../../components/mastodon/workloads/sidekiq.ts";
import { streamingWorkload } from "../../components/mastodon/workloads/streaming.ts";
import { webWorkload } from "../../components/mastodon/workloads/web.ts";
import { edgeWorkload } from "../../components/mastodon/workloads/edge.ts";
import { migrationBefore } from "../../components/mastodon/upgrade/migration.ts";
import { deploymentSpec } from "../../components/mastodon/workloads/workload.ts";
import { type NodePoolSpec, setNodePools, startCluster, waitForNodePool } from "../../local/cluster/index.ts";
import { neighbourPods } from "../../src/plans/capacity/other-pods.ts";
import type { PlannedPods } from "../../src/plans/capacity/pods.ts";
import { poolPlans } from "../../src/plans/capacity/plan.ts";
import { placement, sidekiqPlacement } from "../../src/build/server.ts";
import { parseSettings } from "../../src/settings.ts";
import type { Settings } from "../../src/settings-schema.ts";
import { fixedStack, withSecrets } from "../stacks.ts";
import { clientOf, patience, type TestClient, testHome, testPool } from "./support.ts";

const temporary = testHome();
const { home } = temporary;
const id = "capacity";
let client: TestClient;

beforeAll(async () => {
  const cluster = await startCluster(home, { id, name: id, version: "1.36.3-do.0" });
  client = clientOf(cluster.kubeconfig);
}, patience);
afterAll(() => temporary.remove(), patience);
vi.setConfig({ testTimeout: patience });

const eventually = <T>(ask: () => Promise<T> | T) => expect.poll(ask, { timeout: patience - 10_000, interval: 500 });

/**
 * Two pools as in production, and one pool for everything that the platform's own pods may use as well. Without autoscaling: the plan's nodes are
 * enough in whatever order pods come, and among many more pods the scheduler may well find an order that needs one node fewer.
 */
const shapes = {
  production: parseSettings(withSecrets(fixedStack())),
  "one-open-pool": parseSettings(
    withSecrets({
      ...fixedStack(),
      kubernetes: { pools: { web: { size: "s-8vcpu-16gb", min: 2, max: 8, dedicated: false } } },
      mastodon: { web: { replicas: 2, maxReplicas: 8 } },
      database: { postgresql: { size: "db-s-6vcpu-16gb" } },
    }),
  ),
};

const poolId = (shape: string, pool: string) => `${shape}-${pool}`;

/** The pools of the settings with a fixed number of nodes each. Another shape's are other pools: a pool never changes its size. */
function pools(shape: string, settings: Settings, nodesOf: (pool: string, peak: number) => number): NodePoolSpec[] {
  return poolPlans(settings).map(({ pool, size, atPeak }) => {
    const { vcpus = 0, memoryMib = 0 } = dropletSizes().get(size) ?? {};
    const { [pool]: own } = settings.kubernetes.pools;
    return testPool({
      id: poolId(shape, pool),
      name: pool,
      size,
      vcpus,
      memoryMib,
      nodeCount: nodesOf(pool, atPeak.nodes ?? 0),
      labels: { [poolKey]: pool },
      taints: own ? poolTaints(pool, own) : [],
    });
  });
}

/** Every workload with as many pods as the plan reckons with, in the pods that the program makes, migration included. */
function deployments(settings: Settings) {
  const { mastodon, metrics } = settings;
  const exporter = metrics.enabled ? metrics.resources.exporter : undefined;
  const web = placement("web", settings.kubernetes.pools["web"]);
  const sidekiq = sidekiqPlacement(settings);
  const workloads = [
    webWorkload(mastodon, web, exporter),
    streamingWorkload(mastodon, web),
    edgeWorkload(mastodon, web, false),
    ...sidekiqWorkloads(mastodon, sidekiq),
  ];
  const specs = new Map<string, object>(workloads.map((workload) => [workload.name, deploymentSpec(workload, {})]));
  const migration = migrationBefore(mastodon, sidekiq, 300);
  specs.set(migration.logicalName, { template: migration.spec.template });
  const own = workloadDemands(mastodon, exporter)
    .filter(({ most, surge }) => most + surge > 0)
    .map(({ name, most, surge }) => {
      const spec = specs.get(name);
      if (spec === undefined) throw new Error(`the program makes no workload ${name}`);
      return manifest(name, most + surge, spec);
    });
  const besideWeb = neighbourPods("web", settings).map((pods) => neighbour(pods, web));
  return [...own, ...besideWeb, ...neighbourPods("sidekiq", settings).map((pods) => neighbour(pods, sidekiq))];
}

/** Prometheus, KEDA and the like, as the plan counts them; the scheduler sees no more of them than that. */
function neighbour({ name, millicores, memoryMib, atPeak }: PlannedPods, { nodeSelector, tolerations }: Placement) {
  const requests = { cpu: `${millicores}m`, memory: `${memoryMib}Mi` };
  const containers = [{ name, image: "neighbour.example/pod:1", resources: { requests } }];
  return manifest(name, atPeak, { template: { spec: { containers, nodeSelector, tolerations } } });
}

const containerShape = z.object({
  name: z.string(),
  image: z.string(),
  resources: z.object({ requests: z.record(z.string(), z.string()) }),
});

/** Only what the scheduler looks at: accounts, priorities and configuration are not there in this cluster. */
const podShape = z.object({
  containers: z.array(containerShape),
  initContainers: z.array(containerShape).default([]),
  nodeSelector: z.record(z.string(), z.string()),
  tolerations: z.array(z.record(z.string(), z.string())),
  topologySpreadConstraints: z
    .array(z.object({ maxSkew: z.number(), topologyKey: z.string(), whenUnsatisfiable: z.string() }))
    .default([]),
});
const specShape = z.object({ template: z.object({ spec: podShape }) });

function manifest(name: string, replicas: number, spec: object) {
  const { topologySpreadConstraints, ...pod } = specShape.parse(spec).template.spec;
  const labels = { app: name };
  const spread = topologySpreadConstraints.map((one) => Object.assign(one, { labelSelector: { matchLabels: labels } }));
  const template = { metadata: { labels }, spec: { ...pod, topologySpreadConstraints: spread } };
  return { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
}

const isRefused = ({ status }: V1Pod): boolean =>
  status?.conditions?.some(
    ({ type, status: is, reason }) => type === "PodScheduled" && is === "False" && reason === "Unschedulable",
  ) ?? false;

async function pods(namespace: string) {
  const { items } = await client.core.listNamespacedPod({ namespace });
  const present = items.filter(({ metadata }) => !metadata?.deletionTimestamp);
  const refused = present.filter((pod) => !pod.spec?.nodeName && isRefused(pod));
  return {
    total: present.length,
    placed: present.filter(({ spec }) => spec?.nodeName).length,
    refused: refused.map(({ spec }) => spec?.nodeSelector?.[poolKey]),
  };
}

describe.each(Object.entries(shapes))("the plan of %s", (shape, settings) => {
  const namespace = shape;
  const planned = poolPlans(settings).filter(({ pool }) => pool !== "system");
  const wanted = deployments(settings);
  const total = wanted.reduce((sum, { spec }) => sum + spec.replicas, 0);

  test("leaves pods pending in every pool that has one node fewer", async () => {
    await setNodePools(
      home,
      id,
      pools(shape, settings, (pool, peak) => (pool === "system" ? peak : peak - 1)),
    );
    for (const { pool } of planned) await waitForNodePool(home, id, poolId(shape, pool));
    await client.core.createNamespace({ body: { metadata: { name: namespace } } });
    for (const body of wanted) await client.apps.createNamespacedDeployment({ namespace, body });
    // Settled: each pod has a node or was refused one.
    await eventually(async () => {
      const seen = await pods(namespace);
      return seen.total === total && seen.placed + seen.refused.length === total;
    }).toBe(true);
    const { refused } = await pods(namespace);
    expect(new Set(refused)).toEqual(new Set(planned.map(({ pool }) => pool)));
  });

  test("has a place for every pod on the planned nodes", async () => {
    await setNodePools(
      home,
      id,
      pools(shape, settings, (_, peak) => peak),
    );
    await eventually(() => pods(namespace)).toEqual({ total, placed: total, refused: [] });
    await client.core.deleteNamespace({ name: namespace });
  });
});
