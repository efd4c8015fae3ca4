// The capacity plan against what the program registers: nothing runs that is not planned, and each asks for what is planned.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { neighbourPods, poollessPods } from "../../src/plans/capacity/other-pods.ts";
import { type PlannedPods, podsOf } from "../../src/plans/capacity/pods.ts";
import { parseSettings } from "../../src/settings.ts";
import { fixedStack, stackFile, withSecrets } from "../stacks.ts";
import { recordProgram, type Recorded } from "../../src/dump/record.ts";

const container = z.object({
  restartPolicy: z.string().optional(),
  resources: z.object({ requests: z.object({ cpu: z.string(), memory: z.string() }) }),
});
const template = z.object({
  spec: z.object({ containers: z.array(container), initContainers: z.array(container).default([]) }),
});
const workload = z.union([
  z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ replicas: z.int().default(0), template }) }),
  z
    .object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ jobTemplate: z.object({ spec: z.object({ template }) }) }),
    })
    .transform(({ metadata, spec }) => ({ metadata, spec: { replicas: 0, template: spec.jobTemplate.spec.template } })),
]);

const stays = ({ restartPolicy }: z.infer<typeof container>) => restartPolicy === "Always";

const amounts = (group: readonly z.infer<typeof container>[]) =>
  group.map(({ resources: { requests } }) => ({
    millicores: requests.cpu.endsWith("m") ? Number.parseInt(requests.cpu, 10) : Number(requests.cpu) * 1000,
    memoryMib: Number.parseInt(requests.memory, 10) * (requests.memory.endsWith("Gi") ? 1024 : 1),
  }));

/** What the scheduler sets aside: all containers together, or the greediest one before them. */
function requested({ inputs, type }: Recorded): PlannedPods {
  const { metadata, spec } = workload.parse(inputs);
  // A sidecar is an init container that stays.
  const { containers, initContainers } = spec.template.spec;
  const together = amounts([...containers, ...initContainers.filter(stays)]);
  const before = amounts(initContainers);
  const most = (amount: "millicores" | "memoryMib") =>
    Math.max(
      together.reduce((sum, one) => sum + one[amount], 0),
      ...before.map((one) => one[amount]),
    );
  const replicas = type.includes("Deployment") ? spec.replicas : 0;
  return {
    name: metadata.name.replace(/^(worker|backup)-grants-.*/, "$1-grants"), // a Job is named by what it does
    millicores: most("millicores"),
    memoryMib: most("memoryMib"),
    atRest: replicas,
    atPeak: 0,
  };
}

const scaler = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ minReplicaCount: z.int() }),
});
const isScaler = ({ type }: Recorded) => type.endsWith(":ScaledObject");

/** A Deployment that a scaler counts says nothing of replicas. */
function fewestOf(inputs: unknown): readonly [string, number] {
  const { metadata, spec } = scaler.parse(inputs);
  return [metadata.name, spec.minReplicaCount];
}

const inputsOf = (found: readonly Recorded[], name: string) => found.find((one) => one.name === name)?.inputs;

const isWorkload = ({ type }: Recorded) =>
  /^kubernetes:(apps|batch)\/v1:(Deployment|Job|CronJob|StatefulSet|DaemonSet)$/.test(type);

const isUpgradeStep = ({ name }: PlannedPods) => /^(dump-before|migrate|migrate-after)-\d/.test(name);

/** The Jobs of an upgrade run one after the other, so the plan counts one pod that asks for as much as the greediest of them. */
function asOneUpgrade(pods: readonly PlannedPods[]): PlannedPods[] {
  const steps = pods.filter(isUpgradeStep);
  expect(steps.map(({ name }) => name.replace(/-\d.*/, "")).toSorted()).toEqual([
    "dump-before",
    "migrate",
    "migrate-after",
  ]);
  const most = (amount: "millicores" | "memoryMib") => Math.max(...steps.map((step) => step[amount]));
  const upgrade = {
    name: "migrate",
    millicores: most("millicores"),
    memoryMib: most("memoryMib"),
    atRest: 0,
    atPeak: 0,
  };
  return [...pods.filter((one) => !isUpgradeStep(one)), upgrade];
}

const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);

describe.each([
  ["production", stackFile("prod")],
  ["production without autoscaling", fixedStack()],
  ["the shop", stackFile("shop")],
])("the capacity plan of %s", (_, raw) => {
  it("counts every workload that the program registers, with its requests and replicas", async () => {
    const settings = parseSettings(withSecrets(raw));
    const { registrations } = await recordProgram(withSecrets(raw));
    const planned = Object.keys(settings.kubernetes.pools).flatMap((pool) => podsOf(pool, settings));
    const fewest = new Map(registrations.filter(isScaler).map(({ inputs }) => fewestOf(inputs)));
    const registered = registrations
      .filter(isWorkload)
      .map(requested)
      .map((pods) => ({ ...pods, atRest: fewest.get(pods.name) ?? pods.atRest }));
    const known = new Set(registered.map(({ name }) => name));
    expect(registered.length).toBeGreaterThan(4);
    expect(asOneUpgrade(registered).toSorted(byName)).toEqual(
      planned
        .filter(({ name }) => known.has(name) || !/^(coredns|cilium|hubble)/.test(name))
        .map((pods) => ({ ...pods, atPeak: 0 }))
        .toSorted(byName),
    );
  });
});

describe("optional pods", () => {
  const prod = parseSettings(withSecrets(fixedStack()));

  it("are counted only where they are switched on", () => {
    expect(neighbourPods("sidekiq", prod)).toEqual([]);
    const purging = { ...prod, cdn: { ...prod.cdn, purge: { ...prod.cdn.purge, enabled: true } } };
    expect(neighbourPods("sidekiq", purging).map(({ name }) => name)).toEqual(["cdn-purge"]);
    const names = (kind: "managed" | "acme") =>
      poollessPods({ certificates: { ...prod.certificates, kind } }).map(({ name }) => name);
    expect(names("managed").join(" ")).not.toContain("cert-manager");
    expect(names("acme")).toContain("cert-manager");
  });
});

const clusterOf = async (kubernetes: object) => {
  const pools = { web: { min: 2, max: 6 }, sidekiq: { min: 1, max: 6 } };
  const raw = withSecrets({ ...fixedStack(), kubernetes: { pools, ...kubernetes } });
  const { registrations } = await recordProgram(raw);
  return registrations.filter(({ type }) => /:Kubernetes(Cluster|NodePool)$/.test(type));
};

describe("the cluster's optional inputs", () => {
  it("are absent by default", async () => {
    const inputs = inputsOf(await clusterOf({}), "kubernetes-cluster");
    expect(inputs).not.toHaveProperty("controlPlaneFirewall");
    expect(inputs?.["clusterAutoscalerConfigurations"]).toEqual([
      { scaleDownUnneededTime: "10m", scaleDownUtilizationThreshold: 0.5 },
    ]);
    expect(inputs).toMatchObject({ autoUpgrade: true, surgeUpgrade: true, ha: true, version: "1.36.3-do.0" });
  });

  it("are there when they are switched on, with any number of pools", async () => {
    const taint = { key: "example.org/gpu", value: "yes", effect: "NoSchedule" };
    const found = await clusterOf({
      controlPlaneFirewall: { allowedAddresses: ["203.0.113.7/32"] },
      autoscaler: { expander: "least-waste", scaleDownUnneededTime: "5m" },
      version: "1.35",
      pools: {
        web: { min: 2, max: 6 },
        extra: {
          size: "so1_5-2vcpu-16gb",
          min: 0,
          max: 1,
          labels: { tier: "spare" },
          taints: [taint],
          dedicated: false,
        },
      },
    });
    expect(inputsOf(found, "kubernetes-cluster")).toMatchObject({
      version: "1.35.6-do.0",
      controlPlaneFirewall: { enabled: true, allowedAddresses: ["203.0.113.7/32"] },
      clusterAutoscalerConfigurations: [{ expanders: ["least-waste"], scaleDownUnneededTime: "5m" }],
    });
    expect(inputsOf(found, "kubernetes-pool-extra")).toMatchObject({
      name: "social-extra-so1-5-2vcpu-16gb",
      minNodes: 0,
      maxNodes: 1,
      labels: { tier: "spare", "mastodon/pool": "extra" },
      taints: [taint],
    });
    expect(found.filter(({ type }) => type.endsWith("NodePool"))).toHaveLength(2);
  });
});
