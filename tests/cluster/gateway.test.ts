// From the tailnet exactly the databases' ports are reached: Tailscale's policy, what the gateway passes on, and the network policies that a real
// API server took, together. Whether Cilium enforces them is not shown: it is not here.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { Reachability } from "../../components/tailnet/evaluator/reachability.ts";
import { settingsPolicy } from "../../components/tailnet/judge.ts";
import { ownTailnet } from "../../components/tailnet/own-tailnet.ts";
import { tags } from "../../components/tailnet/targets.ts";
import { adminApi, type Api, pathOf } from "../../local/cluster/api.ts";
import { startCluster } from "../../local/cluster/index.ts";
import { clusterPaths } from "../../local/cluster/paths.ts";
import { readRecord } from "../../local/cluster/record.ts";
import { machinesOf } from "../../src/rules/tailnet.ts";
import { parseSettings } from "../../src/settings.ts";
import { stackFile, withSecrets } from "../stacks.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";
import { type Manifest, renderedManifests } from "../support/manifests.ts";
import { type End, type Flow, NetworkFlows } from "../support/network-flows.ts";

const id = "gateway";
const home = temporaryHome();
const raw = withSecrets(stackFile("shop"));
const settings = parseSettings(raw);
const policy = settingsPolicy(settings.tailnet, machinesOf(settings));

let api: Api;
let manifests: readonly Manifest[];
let flows: NetworkFlows;
let pods: Awaited<ReturnType<typeof readPods>>;

const list = async <Item>(path: string, item: z.ZodType<Item>): Promise<Item[]> =>
  z.object({ items: z.array(item) }).parse(await api.call("GET", path)).items;

const podSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({
    containers: z.array(z.object({ ports: z.array(z.object({ containerPort: z.int() })).default([]) })),
  }),
});
const namespaceSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }),
});
const policySchema = z.object({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.unknown(),
});

/** What pods and policies need to be there; nothing runs, since there is no node. */
const applied = ["Namespace", "PriorityClass", "ServiceAccount", "NetworkPolicy", "Deployment"];

const inNamespace = (found: readonly End[], namespace: string) =>
  found.filter(({ pod }) => pod?.namespace === namespace);

beforeAll(async () => {
  manifests = await renderedManifests(raw, "shop");
  await startCluster(home, { id, name: id, version: "1.36.3-do.0", serviceSubnet: "10.101.0.0/16" });
  const paths = clusterPaths(home, id);
  const record = readRecord(paths);
  if (!record) throw new Error("the cluster left no record");
  api = adminApi(paths, record);
  for (const manifest of manifests.filter(({ kind }) => applied.includes(kind)))
    await api.call("PATCH", `${pathOf(manifest)}?fieldManager=pulumi&force=true`, manifest, "apply");
  const wanted = manifests.filter(({ kind }) => kind === "Deployment").map(({ metadata }) => metadata.name);
  await vi.waitFor(
    async () => {
      pods = await readPods();
      const there = new Set(pods.map(({ pod }) => pod.labels["app.kubernetes.io/name"]));
      expect(wanted.filter((name) => !there.has(name))).toEqual([]);
    },
    { timeout: 300_000, interval: 500 },
  );
  const namespaces = await list("/api/v1/namespaces", namespaceSchema);
  const policies = await list("/apis/networking.k8s.io/v1/networkpolicies", policySchema);
  flows = new NetworkFlows(
    policies.map((one) => ({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", ...one })),
    new Map(namespaces.map(({ metadata: { name, labels } }) => [name, labels])),
  );
}, 1_200_000);

afterAll(async () => {
  api.close();
  await removeHome(home);
});

async function readPods() {
  const found = await list("/api/v1/pods", podSchema);
  return found.map(({ metadata: { name, namespace, labels }, spec }) => ({
    name: `${namespace}/${name}`,
    address: podAddress,
    pod: { namespace, labels },
    ports: spec.containers.flatMap(({ ports }) => ports.map(({ containerPort }) => containerPort)),
  }));
}

const podAddress = settings.kubernetes.clusterSubnet.replace(/0\/\d+$/, "9");
const inVpc: End = { name: "a machine of the VPC", address: settings.network.ipRange.replace(/0\/\d+$/, "9") };
const outside: End = { name: "the world", address: "203.0.113.9" };

/** `host:port` by the gateway's port. */
function passedOn(): Map<number, { readonly host: string; readonly port: number }> {
  const map = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "gateway-serve");
  const { data } = z.object({ data: z.object({ "serve.json": z.string() }) }).parse(map);
  const forward = z.strictObject({ TCPForward: z.string() }); // no TLS is ended, nothing else is served
  const { TCP } = z.strictObject({ TCP: z.record(z.string(), forward) }).parse(JSON.parse(data["serve.json"]));
  const targets = Object.entries(TCP).map(([listen, { TCPForward }]) => {
    const [host = "", port] = TCPForward.split(":");
    return [Number(listen), { host, port: Number(port) }] as const;
  });
  return new Map(targets);
}

const everyPort = Array.from({ length: 65_536 }, (_, port) => port);

/** By both protocols. */
const both = (port: number): Flow[] => [
  { port, protocol: "TCP" },
  { port, protocol: "UDP" },
];

describe("from the tailnet", () => {
  test("workers and operators reach exactly the gateway's ports that lead to a database; everybody else reaches none", () => {
    const tailnet = new Reachability(policy, ownTailnet(policy));
    const reached = (device: string, protocol: number) =>
      everyPort.filter((port) => tailnet.reaches(device, tags.gateway, port, protocol));
    const all = [...passedOn().keys()].toSorted((one, other) => one - other);
    const { nodes } = ownTailnet(policy);
    for (const device of Object.keys(nodes)) {
      const worker = device.startsWith("tag:worker-");
      const expected = worker ? all : settings.tailnet.operators.includes(device) ? [6432] : [];
      expect(reached(device, 6), device).toEqual(expected);
      expect(reached(device, 17), device).toEqual([]);
    }
    expect(all).toEqual([6379, 6380, 6432]);
  });

  test("each of those ports leads to a private address of a database, as clients in the cluster know it", () => {
    for (const { host, port } of passedOn().values()) {
      expect(host).toMatch(/^private-shop-(postgresql|valkey-queue|valkey-cache)-/);
      for (const gateway of inNamespace(pods, "tailnet"))
        expect(flows.leaves(gateway, inVpc, { port, protocol: "TCP" }), `${gateway.name} to ${host}`).toBe(true);
    }
  });
});

describe("the gateway's pods", () => {
  const suspects = [22, 80, 443, 5432, 6443, 8443, 9002, 10_250, 41_641];

  test("open no connection to any pod of the cluster but its name server, nor to anything else in the VPC", () => {
    const others = pods.filter(({ pod }) => pod?.namespace !== "tailnet");
    expect(new Set(others.map(({ pod }) => pod?.namespace))).toContain("mastodon");
    for (const gateway of inNamespace(pods, "tailnet")) {
      for (const other of others)
        for (const flow of [...other.ports, ...suspects].flatMap(both))
          expect(flows.leaves(gateway, other, flow), `${other.name} ${flow.protocol} ${flow.port}`).toBe(false);
      const dns: End = {
        name: "dns",
        address: podAddress,
        pod: { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
      };
      expect(everyPort.filter((port) => flows.leaves(gateway, dns, { port, protocol: "UDP" }))).toEqual([53]);
      const targets = new Set([...passedOn().values()].map(({ port }) => port));
      expect(everyPort.filter((port) => flows.leaves(gateway, inVpc, { port, protocol: "TCP" }))).toEqual([...targets]);
      expect(everyPort.filter((port) => flows.leaves(gateway, inVpc, { port, protocol: "UDP" }))).toEqual([]);
    }
  });

  test("reach outside what Tailscale needs, and nothing else", () => {
    for (const gateway of inNamespace(pods, "tailnet")) {
      expect(everyPort.filter((port) => flows.leaves(gateway, outside, { port, protocol: "TCP" }))).toEqual([443]);
      expect(everyPort.filter((port) => flows.leaves(gateway, outside, { port, protocol: "UDP" }))).toEqual([
        3478, 41_641,
      ]);
    }
  });

  test("take no connection from anybody", () => {
    for (const gateway of inNamespace(pods, "tailnet"))
      for (const other of [...pods, inVpc, outside])
        for (const flow of suspects.flatMap(both))
          expect(flows.enters(other, gateway, flow), `${other.name} ${flow.port}`).toBe(false);
  });
});
