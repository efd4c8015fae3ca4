// A real API server with restricted Pod Security takes Mastodon's manifests, and its scheduler finds room for every pod.
import { type KubernetesObject, KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { watchdogPolicies, watchdogSpec } from "../../components/monitoring/watchdog-pod.ts";
import { type NodePoolSpec, setNodePools, startCluster, waitForNodePool } from "../../local/cluster/index.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";
import { recordMastodon, type Registration, secretMark } from "../support/record-mastodon.ts";

const id = "manifests";
const home = temporaryHome();
const kubeconfig = new KubeConfig();

interface Seen extends KubernetesObject {
  readonly status?: {
    readonly readyReplicas?: number;
    readonly succeeded?: number;
    readonly loadBalancer?: { readonly ingress?: { readonly ip?: string }[] };
  };
  readonly spec?: { readonly replicas?: number };
}

/** A pool of the reference shape; the system's own pods need a node without a taint. */
function pool(name: string, nodes: number, max: number): NodePoolSpec {
  const taints = name === "system" ? [] : [{ key: "mastodon/pool", value: name, effect: "NoSchedule" }];
  return {
    id: name,
    name: `social-${name}`,
    size: "s-4vcpu-8gb",
    vcpus: 4,
    memoryMib: 8192,
    diskGib: 160,
    autoScale: max > nodes,
    nodeCount: nodes,
    minNodes: nodes,
    maxNodes: max,
    labels: { "mastodon/pool": name },
    taints,
    tags: [],
  };
}

const manifestShape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
type Manifest = z.infer<typeof manifestShape>;

/** The object as the Kubernetes plugin would send it. */
function manifest({ inputs }: Registration): Manifest {
  const revealed: unknown = JSON.parse(JSON.stringify(inputs), (_, value: unknown) =>
    typeof value === "object" && value !== null && secretMark in value && "value" in value ? value.value : value,
  );
  return manifestShape.parse(revealed);
}

/** Kinds in the order in which they need each other. */
const order = ["Namespace", "PriorityClass", "ServiceAccount", "ConfigMap", "Secret"];
const rank = ({ kind }: Manifest) => (order.includes(kind) ? order.indexOf(kind) : order.length);

let api: KubernetesObjectApi;
let manifests: Manifest[];

beforeAll(async () => {
  const pem = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey.export({
    type: "sec1",
    format: "pem",
  });
  const { registrations } = await recordMastodon(pem.toString());
  manifests = registrations
    .filter(({ inputs }) => inputs["apiVersion"] !== undefined)
    .map(manifest)
    .toSorted((one, other) => rank(one) - rank(other));
  const cluster = await startCluster(home, { id, name: id, version: "1.36.3-do.0" });
  await setNodePools(home, id, [pool("system", 1, 1), pool("web", 2, 2), pool("sidekiq", 2, 2)]);
  for (const name of ["system", "web", "sidekiq"]) await waitForNodePool(home, id, name);
  kubeconfig.loadFromString(cluster.kubeconfig);
  api = KubernetesObjectApi.makeApiClient(kubeconfig);
}, 300_000);

afterAll(() => removeHome(home), 60_000);

/** Reads the object until it is as wanted. The test's own time limit ends the wait. */
async function untilSeen(object: Manifest, wanted: (seen: Seen) => boolean): Promise<Seen> {
  for (;;) {
    const seen: Seen = await api.read(object);
    if (wanted(seen)) return seen;
    await sleep(250);
  }
}

/** The watchdog's objects, with one look of it that is not waited for until its minute comes. */
function watchdogManifests(): Manifest[] {
  const tolerations = [{ key: "mastodon/pool", value: "web", effect: "NoSchedule" } as const];
  const placement = { nodeSelector: { "mastodon/pool": "web" }, tolerations };
  const spec = watchdogSpec({ image: "nginxinc/nginx-unprivileged:1", minutes: 30, placement });
  const look = z.looseObject({ jobTemplate: z.looseObject({ spec: z.looseObject({}) }) }).parse(spec).jobTemplate.spec;
  const objects = [
    { apiVersion: "v1", kind: "ServiceAccount", name: "watchdog" },
    { apiVersion: "v1", kind: "Secret", name: "watchdog", stringData: { url: "https://ping.example/1" } },
    ...Object.entries(watchdogPolicies()).map(([name, policy]) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      name,
      spec: policy,
    })),
    { apiVersion: "batch/v1", kind: "CronJob", name: "watchdog", spec },
    { apiVersion: "batch/v1", kind: "Job", name: "watchdog-look", spec: look },
  ];
  return objects.map(({ name, ...object }) => ({ ...object, metadata: { name, namespace: "mastodon" } }));
}

const apply = (object: Manifest) =>
  api.patch(object, undefined, undefined, "pulumi", true, PatchStrategy.ServerSideApply).catch((refusal: unknown) => {
    throw new Error(`${object.kind} ${object.metadata.name}: ${String(refusal)}`);
  });

const ofKind = (kind: string) => manifests.filter((object) => object.kind === kind);

describe("Mastodon's manifests", () => {
  test("are all accepted by server-side apply, which refuses unknown fields", async () => {
    expect(manifests.length).toBeGreaterThan(40);
    for (const object of manifests) await apply(object);
  });

  test("share a namespace that refuses a pod which asks for more than they do", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "root", namespace: "mastodon" },
      spec: { containers: [{ name: "root", image: "example.org/root:1" }] },
    };
    await expect(api.create(pod)).rejects.toThrow("violates PodSecurity");
  });

  test("become ready on two nodes in each pool", async () => {
    for (const deployment of ofKind("Deployment")) {
      const seen = await untilSeen(deployment, ({ spec, status }) => status?.readyReplicas === spec?.replicas);
      expect(seen.status?.readyReplicas, deployment.metadata.name).toBeGreaterThan(0);
    }
  });

  test("migrate, and give the load balancer an address", async () => {
    for (const job of ofKind("Job")) await untilSeen(job, ({ status }) => status?.succeeded === 1);
    const edge = ofKind("Service").filter(({ metadata }) => metadata.name === "edge");
    expect(edge).toHaveLength(1);
    for (const service of edge)
      await untilSeen(service, ({ status }) => Boolean(status?.loadBalancer?.ingress?.[0]?.ip));
  });

  test("are joined by the watchdog, whose look comes to an end", async () => {
    for (const object of watchdogManifests()) await apply(object);
    const [look] = watchdogManifests().slice(-1);
    if (look === undefined) throw new Error("the watchdog has a look");
    await untilSeen(look, ({ status }) => status?.succeeded === 1);
  });
});
