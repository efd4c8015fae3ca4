// Node objects, load balancers, custom resource definitions and the files that components read.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { type Manifest, pathOf } from "../../local/cluster/api.ts";
import { commandOf, components } from "../../local/cluster/arguments.ts";
import { readDefinitions } from "../../local/cluster/custom-resources.ts";
import { loadBalancerChanges } from "../../local/cluster/load-balancers.ts";
import { freeNodeAddress, newNodeName, nodeCorrection, nodeManifest, poolPlace } from "../../local/cluster/nodes.ts";
import type { KubeNode, KubeService } from "../../local/cluster/objects.ts";
import { clusterPaths } from "../../local/cluster/paths.ts";
import type { ClusterRecord } from "../../local/cluster/record.ts";
import { allStages, kwokConfiguration } from "../../local/cluster/stages.ts";
import { pool } from "./cluster-objects.ts";

const context = { region: "tor1", version: "1.36.3-do.0", name: "web-abcde" };
const tainted = pool({ labels: { role: "web" }, taints: [{ key: "dedicated", value: "web", effect: "NoSchedule" }] });
const asNode = ({ metadata, spec, status }: Manifest): KubeNode =>
  JSON.parse(JSON.stringify({ metadata, spec, status }));

describe("nodes", () => {
  test("carry the labels that DOKS sets, and the pool's own", () => {
    expect(poolPlace(tainted, context).labels).toMatchObject({
      "doks.digitalocean.com/node-pool": "web",
      "doks.digitalocean.com/node-pool-id": "pool-1",
      "doks.digitalocean.com/version": "1.36.3-do.0",
      "kubernetes.io/hostname": "web-abcde",
      "node.kubernetes.io/instance-type": "s-4vcpu-8gb",
      "topology.kubernetes.io/region": "tor1",
      role: "web",
    });
  });

  test("are named after their pool and have a droplet's number", () => {
    expect(newNodeName(tainted)).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const manifest = nodeManifest(tainted, context, "10.118.0.2");
    expect(manifest["spec"]).toMatchObject({
      providerID: expect.stringMatching(/^digitalocean:\/\/\d{9}$/),
      taints: [{ key: "dedicated", value: "web", effect: "NoSchedule" }],
    });
  });

  test("get addresses that no other node has", () => {
    expect(freeNodeAddress([])).toBe("10.118.0.2");
    expect(freeNodeAddress([asNode(nodeManifest(tainted, context, "10.118.0.2"))])).toBe("10.118.0.3");
  });

  test("need no correction when they agree, also under Kubernetes' own taints", () => {
    const node = asNode(nodeManifest(tainted, context, "10.118.0.2"));
    const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
    const tainting = { ...node, spec: { ...node.spec, taints: [...(node.spec.taints ?? []), notReady] } };
    expect(nodeCorrection(tainting, tainted, context)).toBeUndefined();
  });

  test("lose labels and taints that left the pool, and keep Kubernetes' own taints", () => {
    const made = asNode(nodeManifest(tainted, context, "10.118.0.2"));
    const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
    const node = { ...made, spec: { taints: [...(made.spec.taints ?? []), notReady] } };
    expect(nodeCorrection(node, pool({ labels: { tier: "edge" } }), context)).toMatchObject({
      metadata: { labels: { role: null, tier: "edge" } },
      spec: { taints: [notReady] },
    });
  });
});

const service = (
  name: string,
  overrides: Partial<KubeService["metadata"]> = {},
  spec: KubeService["spec"] = { type: "LoadBalancer" },
): KubeService => ({
  metadata: { name, namespace: "default", uid: name, ...overrides },
  spec,
});
const applied = ({ service, annotations, ingress }: ReturnType<typeof loadBalancerChanges>[number]): KubeService => ({
  ...service,
  metadata: {
    ...service.metadata,
    annotations: { ...service.metadata.annotations, ...present(annotations) },
  },
  status: { loadBalancer: { ingress } },
});

function present(annotations: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}

describe("load balancers", () => {
  test("give each service another documentation address, and keep it", () => {
    const changes = loadBalancerChanges([service("a"), service("b")]);
    expect(changes.map(({ ingress }) => ingress)).toEqual([[{ ip: "203.0.113.1" }], [{ ip: "203.0.113.2" }]]);
    expect(loadBalancerChanges(changes.map(applied))).toEqual([]);
    expect(loadBalancerChanges([applied(changes[1]!), service("c")]).map(({ ingress }) => ingress)).toEqual([
      [{ ip: "203.0.113.1" }],
    ]);
  });

  test.each([
    ["REGIONAL", "DUALSTACK", 2],
    ["REGIONAL", "IPV4", 1],
    ["REGIONAL", undefined, 2],
    ["REGIONAL_NETWORK", undefined, 1],
  ])("of type %s with network stack %s have %i addresses, and keep them", (type, stack, count) => {
    const prefix = "service.beta.kubernetes.io/do-loadbalancer-";
    const annotations = { [`${prefix}type`]: type, ...(stack && { [`${prefix}network-stack`]: stack }) };
    const [change] = loadBalancerChanges([service("a", { annotations })]);
    expect(change?.ingress.map(({ ip }) => ip)).toEqual(["203.0.113.1", "2001:db8:113::1"].slice(0, count));
    expect(loadBalancerChanges([applied(change!)])).toEqual([]);
  });

  test("show the host name where the annotation asks for one", () => {
    const annotations = { "service.beta.kubernetes.io/do-loadbalancer-hostname": "edge.example.org" };
    const [change] = loadBalancerChanges([service("a", { annotations })]);
    expect(change?.ingress).toEqual([{ hostname: "edge.example.org" }]);
    expect(loadBalancerChanges([applied(change!)])).toEqual([]);
  });

  test("leave other types and other controllers' classes alone", () => {
    expect(loadBalancerChanges([service("a", {}, { type: "ClusterIP" })])).toEqual([]);
    expect(loadBalancerChanges([service("a", {}, { type: "LoadBalancer", loadBalancerClass: "tailscale" })])).toEqual(
      [],
    );
  });

  test("are taken away when the service is of another type", () => {
    const [change] = loadBalancerChanges([service("a")]);
    const [removal] = loadBalancerChanges([{ ...applied(change!), spec: { type: "ClusterIP" } }]);
    expect(removal?.ingress).toEqual([]);
  });
});

const definition = (name: string) =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ${name}}\n`;

const path = (apiVersion: string, kind: string, namespace?: string) =>
  pathOf({ apiVersion, kind, metadata: { name: "x", ...(namespace ? { namespace } : {}) } });

describe("files for the components", () => {
  test("the stages are valid YAML with one step or more each, and names of their own", () => {
    const documents = parseAllDocuments(kwokConfiguration());
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(documents).toHaveLength(allStages().length);
    expect(new Set(allStages().map(({ name }) => name)).size).toBe(allStages().length);
    expect(allStages().every(({ steps }) => steps.length > 0)).toBe(true);
  });

  test("definitions are found in every file of the folder, other kinds left out", () => {
    const folder = mkdtempSync(join(tmpdir(), "crds-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "a.yaml"), `---\n${definition("one")}---\n${definition("two")}---\n`);
    writeFileSync(join(folder, "b.yml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n");
    writeFileSync(join(folder, "readme.md"), "kind: CustomResourceDefinition");
    expect(readDefinitions(folder).map(({ metadata }) => metadata.name)).toEqual(["one", "two"]);
  });

  test("object paths follow the API's plurals", () => {
    expect(path("v1", "Service", "kube-system")).toBe("/api/v1/namespaces/kube-system/services/x");
    expect(path("storage.k8s.io/v1", "StorageClass")).toBe("/apis/storage.k8s.io/v1/storageclasses/x");
    expect(path("networking.k8s.io/v1", "NetworkPolicy", "a")).toBe(
      "/apis/networking.k8s.io/v1/namespaces/a/networkpolicies/x",
    );
  });

  test("every component listens on loopback only and names the cluster's folder", () => {
    const paths = clusterPaths("/home/somebody/.local", "c-1");
    const record: ClusterRecord = {
      id: "c-1",
      name: "one",
      version: "1.36.3-do.0",
      region: "tor1",
      idleSeconds: 60,
      createdAt: "",
      serviceSubnet: "10.245.0.0/16",
      clusterSubnet: "10.244.0.0/16",
      ports: { apiServer: 20_001, etcdClient: 20_002, etcdPeer: 20_003 },
      binaries: { controlPlane: "/bin/control-plane", kwok: "/bin/kwok", crds: "/crds" },
    };
    for (const component of components) {
      const { program, args } = commandOf(component, paths, record);
      expect(program).toBe(component === "kwok" ? "/bin/kwok" : "/bin/control-plane");
      expect(args.join(" ")).toContain(paths.folder);
      expect(args.filter((arg) => /0\.0\.0\.0(?!\/)|\[::\]/.test(arg))).toEqual([]);
    }
    const etcd = commandOf("etcd", paths, record).args;
    expect(etcd).toContain("--listen-client-urls=https://127.0.0.1:20002");
    expect(etcd).toContain("--client-cert-auth=true");
    expect(commandOf("kube-apiserver", paths, record).args).toContain("--anonymous-auth=false");
  });

  test("a cluster id cannot leave the folder of clusters", () => {
    expect(() => clusterPaths("/home", "../other")).toThrow('"../other" is not allowed');
  });
});
