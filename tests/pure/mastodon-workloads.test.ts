// The pods of Mastodon: hardened, spread, ended gracefully, and small enough for the pools.
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { networkPolicies } from "../../components/mastodon/kubernetes/role-policies.ts";
import { checksum } from "../../components/mastodon/checksum.ts";
import { upgradeJobs } from "../../components/mastodon/upgrade/upgrade-jobs.ts";
import { workloadList } from "../../components/mastodon/workload-list.ts";
import { edgeWorkload } from "../../components/mastodon/workloads/edge.ts";
import { sidekiqWorkloads } from "../../components/mastodon/workloads/sidekiq.ts";
import { streamingWorkload } from "../../components/mastodon/workloads/streaming.ts";
import { webWorkload } from "../../components/mastodon/workloads/web.ts";
import { deploymentSpec, recreate, type Workload } from "../../components/mastodon/workloads/workload.ts";
import { dumpArgs, environmentInputs, mastodonSettings } from "../support/mastodon-inputs.ts";
import { readPod, readTemplate } from "../support/pod-shape.ts";

const settings = mastodonSettings();
const placement = (pool: string) =>
  ({
    nodeSelector: { pool },
    tolerations: [{ key: "pool", value: pool, effect: "NoSchedule" }],
  }) as const;
const servers = [
  ...[webWorkload, streamingWorkload].map((build) => build(settings, placement("web"))),
  edgeWorkload(settings, placement("web"), false),
];
const workers = sidekiqWorkloads(settings, placement("sidekiq"));
const workloads = [...servers, ...workers];

const upgrade = upgradeJobs({
  ...environmentInputs(settings),
  pools: { web: placement("web"), sidekiq: placement("sidekiq") },
  dump: dumpArgs,
});
const jobs = [upgrade.before, upgrade.after, ...(upgrade.dump ? [upgrade.dump] : [])];
const pods = [
  ...workloads.map(({ name, pod }) => [name, readPod(pod)] as const),
  ...jobs.map(({ logicalName, spec }) => [logicalName, readTemplate(spec).spec] as const),
];

describe.each(pods)("%s", (_, pod) => {
  test("runs restricted, without token and without service links", () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    for (const container of [...pod.containers, ...pod.initContainers])
      expect(container.securityContext).toEqual({
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
  });

  test("asks for CPU, memory and disk, and limits the last two", () => {
    for (const { resources } of [...pod.containers, ...pod.initContainers]) {
      expect(Object.keys(resources.requests).toSorted()).toEqual(["cpu", "ephemeral-storage", "memory"]);
      expect(Object.keys(resources.limits).toSorted()).toEqual(["ephemeral-storage", "memory"]);
    }
  });

  test("carries a tag, takes its environment from its own ConfigMap and Secret, and chooses a pool", () => {
    expect(pod).toMatchObject({ nodeSelector: { pool: expect.any(String) }, tolerations: [{ operator: "Equal" }] });
    const [{ image, env }] = pod.containers;
    expect(image).toMatch(/:v?\d+\.\d+\.\d+/);
    // What a Job is to do may stand beside: where, how much, which step. Never what Mastodon reads.
    for (const { name } of env ?? []) expect(name).toMatch(/^(DUMP_|DRAIN_|MIGRATION$|PREPARATION_FAILURE$)/);
  });
});

test("Rails runs as Mastodon's user below tini, with its own writable folders", () => {
  for (const [name, pod] of pods.filter(([name]) => !["edge", "streaming"].includes(name))) {
    expect(pod.securityContext.runAsUser, name).toBe(991);
    expect(pod.containers[0].command, name).toBeUndefined();
    const writable = pod.containers[0].volumeMounts
      .filter(({ readOnly }) => !readOnly)
      .map(({ mountPath }) => mountPath);
    expect(writable, name).toEqual([...(name === "job" ? ["/dump"] : []), "/tmp", "/opt/mastodon/tmp"]);
  }
});

test("each pod has more time to end than what happens in its end", () => {
  for (const { name, pod } of servers) {
    const { containers, terminationGracePeriodSeconds } = readPod(pod);
    expect(terminationGracePeriodSeconds, name).toBeGreaterThan(
      containers[0].lifecycle?.preStop.sleep.seconds ?? Infinity,
    );
  }
  for (const { name, pod } of workers) {
    const { containers, terminationGracePeriodSeconds } = readPod(pod);
    const args = containers[0].args;
    expect(terminationGracePeriodSeconds, name).toBeGreaterThanOrEqual(Number(args[args.indexOf("-t") + 1]) + 20);
  }
});

test("each group has its Deployment with its queues, and only the scheduler is replaced before it is started", () => {
  expect(workers.map(({ name, queues }) => [name, queues])).toEqual([
    ["sidekiq-default", ["default"]],
    ["sidekiq-federation", ["push", "ingress", "fasp"]],
    ["sidekiq-pull", ["pull"]],
    ["sidekiq-mailers", ["mailers"]],
    ["sidekiq-scheduler", ["scheduler"]],
  ]);
  const recreated = workloads.filter(({ strategy }) => strategy === recreate);
  expect(recreated.map(({ name, replicas }) => [name, replicas])).toEqual([["sidekiq-scheduler", 1]]);
  expect(readPod(workers[1]?.pod).containers[0].args.slice(2)).toEqual([
    "sidekiq",
    "-c",
    "15",
    "-t",
    "55",
    "-q",
    "push,6",
    "-q",
    "ingress,4",
    "-q",
    "fasp,1",
  ]);
});

test("refuses to build a second scheduler, whatever the settings' own check did", () => {
  const groups = { ...settings.sidekiq.groups, again: settings.sidekiq.groups["scheduler"]! };
  const changed = { ...settings, sidekiq: { ...settings.sidekiq, groups } };
  expect(() => sidekiqWorkloads(changed, placement("sidekiq"))).toThrow("2 groups serve the queue scheduler");
});

const cpuOf = (text: string) => (text.endsWith("m") ? Number(text.slice(0, -1)) / 1000 : Number(text));
const gibOf = (text: string) => (text.endsWith("Gi") ? Number(text.slice(0, -2)) : Number(text.slice(0, -2)) / 1024);

/** What an s-4vcpu-8gb node has left for us, besides the platform's own pods (DigitalOcean; measured 2022 and 2026). */
const node = { cpu: 3.35, gib: 5.3 };

const load = (workload: Workload, count: number) => {
  const { cpu, memory } = readPod(workload.pod).containers[0].resources.requests;
  return { cpu: cpuOf(cpu) * count, gib: gibOf(memory) * count };
};

test.each([
  ["web", servers],
  ["sidekiq", workers],
])("the pods of the %s pool fit on two nodes, also while each workload rolls in turn", (_, group) => {
  for (const rolling of group) {
    const loads = group.map((workload) => load(workload, workload.replicas + (workload === rolling ? 1 : 0)));
    expect(loads.reduce((sum, { cpu }) => sum + cpu, 0)).toBeLessThan(2 * node.cpu);
    expect(loads.reduce((sum, { gib }) => sum + gib, 0)).toBeLessThan(2 * node.gib);
  }
});

test("a changed fingerprint changes the pods, and nothing else does", () => {
  const web = webWorkload(settings, placement("web"));
  const spec = (sum: string) => JSON.stringify(deploymentSpec(web, { environment: sum }));
  expect(spec("a")).toBe(spec("a"));
  expect(spec("a")).not.toBe(spec("b"));
  expect(spec("a").replace('"checksum/environment":"a"', '"checksum/environment":"b"')).toBe(spec("b"));
});

test("a fingerprint depends on the data, not on their order", () => {
  expect(checksum({ a: "1", b: "2" })).toBe(checksum({ b: "2", a: "1" }));
  expect(checksum({ a: "1", b: "2" })).not.toBe(checksum({ a: "2", b: "1" }));
  expect(checksum({ a: "1" })).not.toBe(checksum({ a: "1", b: "" }));
});

test("the list of workloads names queues and the version's migration", () => {
  const list = workloadList(workloads, settings, jobs);
  expect(list).toContainEqual({
    namespace: "mastodon",
    name: "sidekiq-federation",
    kind: "Deployment",
    process: "sidekiq",
    replicas: 2,
    queues: ["push", "ingress", "fasp"],
  });
  for (const { name } of jobs) expect(list).toContainEqual(expect.objectContaining({ kind: "Job", name, replicas: 1 }));
  expect(list.filter(({ process }) => process === "web")).toHaveLength(1);
});

describe("network policies", () => {
  const policies = networkPolicies({
    vpc: "10.116.0.0/20",
    poolPorts: { web: 25061, sidekiq: 25062, streaming: 25063 },
    directPort: 25060,
    replicaPorts: [25064],
    valkeyPorts: [25071],
    searchPorts: [25065],
    mailPort: 2587,
  });
  const text = (name: string) => JSON.stringify(policies[name]);
  const reach = (port: number) => Object.keys(policies).filter((name) => text(name).includes(`"port":${port}`));

  test("shut everything first", () => {
    expect(policies["default-deny"]).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  test("cover each role in both directions", () => {
    for (const role of ["edge", "web", "streaming", "sidekiq", "migrate"])
      expect(policies[role]).toMatchObject({
        podSelector: { matchLabels: { "app.kubernetes.io/component": role } },
        policyTypes: ["Ingress", "Egress"],
      });
  });

  test("let only migrations past the pools, each process through its own, and only Sidekiq reach the mail server", () => {
    expect(reach(25060)).toEqual(["migrate"]);
    expect(reach(25061)).toEqual(["web"]);
    expect(reach(25062)).toEqual(["sidekiq"]);
    expect(reach(25063)).toEqual(["streaming"]);
    expect(reach(2587)).toEqual(["sidekiq"]);
  });

  test("open the replica and the search to those alone that read them", () => {
    expect(reach(25064).toSorted()).toEqual(["sidekiq", "web"]);
    expect(reach(25065).toSorted()).toEqual(["migrate", "sidekiq", "web"]);
  });

  test("keep every pod that talks to the internet off private addresses and the metadata service", () => {
    for (const name of Object.keys(policies).filter((policy) => text(policy).includes("0.0.0.0/0")))
      for (const range of ["169.254.0.0/16", "10.0.0.0/8", "192.168.0.0/16"]) expect(text(name), name).toContain(range);
    expect(text("streaming")).not.toContain("0.0.0.0/0");
    expect(text("edge")).not.toContain("0.0.0.0/0");
  });

  test("let nobody in but the edge", () => {
    expect(policies["sidekiq"]).toMatchObject({ ingress: [] });
    expect(policies["migrate"]).toMatchObject({ ingress: [] });
    for (const name of ["web", "streaming"])
      expect(policies[name]).toMatchObject({
        ingress: [{ from: [{ podSelector: { matchLabels: { "app.kubernetes.io/component": "edge" } } }] }],
      });
  });
});

test("no builder waits for anything: given plain data, it gives plain data", () => {
  const outputs: string[] = [];
  JSON.stringify({ workloads, jobs }, (key, value: unknown) => {
    if (pulumi.Output.isInstance(value)) outputs.push(key);
    return value;
  });
  expect(outputs).toEqual([]);
});
