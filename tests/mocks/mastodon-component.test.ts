// The Mastodon component's registrations: what, under which parent, what is secret, and what must not be there.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { vapidPair } from "../../components/mastodon/secrets/vapid.ts";
import { readTemplate } from "../support/pod-shape.ts";
import { recordMastodon, secretMark } from "../support/record-mastodon.ts";

const pem = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  .privateKey.export({ type: "sec1", format: "pem" })
  .toString();
const recording = await recordMastodon(pem);
const { registrations, made } = recording;

const ofType = (type: string) => registrations.filter((one) => one.type === type);
const names = (type: string) =>
  ofType(type)
    .map(({ inputs }) => inputs.metadata?.name ?? "")
    .toSorted();
const one = (type: string, name: string) => {
  const found = ofType(type).find(({ inputs }) => inputs.metadata?.name === name);
  if (!found) throw new Error(`no ${type} named ${name}`);
  return found;
};
const text = (what: unknown) => JSON.stringify(what);

const processes = ["jobs-environment", "sidekiq-environment", "streaming-environment", "web-environment"];

test("registers each kind of object by its own name", () => {
  const deployments = ["default", "federation", "mailers", "pull", "scheduler"].map((group) => `sidekiq-${group}`);
  expect(names("kubernetes:core/v1:Namespace")).toEqual(["mastodon"]);
  expect(names("kubernetes:apps/v1:Deployment")).toEqual(["edge", ...deployments, "streaming", "web"]);
  expect(names("kubernetes:batch/v1:Job")).toEqual([
    expect.stringMatching(/^assets-copy-4-6-8-[0-9a-f]{8}$/),
    expect.stringMatching(/^dump-before-4-6-8-[0-9a-f]{8}$/),
    expect.stringMatching(/^migrate-4-6-8-[0-9a-f]{8}$/),
    expect.stringMatching(/^migrate-after-4-6-8-[0-9a-f]{8}$/),
  ]);
  expect(names("kubernetes:core/v1:Service")).toEqual(["edge", "streaming", "web"]);
  expect(names("kubernetes:core/v1:ConfigMap")).toEqual(
    [
      ...processes,
      "assets-copy",
      "assets-copy-script",
      "database-ca",
      "database-grant",
      "edge-configuration",
      "upgrade-dump",
    ].toSorted(),
  );
  expect(names("kubernetes:core/v1:Secret")).toEqual(
    [...processes, "assets-copy", "database-grant", "upgrade-dump"].toSorted(),
  );
  expect(names("kubernetes:policy/v1:PodDisruptionBudget")).toEqual(["edge", ...deployments, "streaming", "web"]);
  expect(names("kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy")).toEqual(["deny-metadata-service"]);
  expect(names("kubernetes:networking.k8s.io/v1:NetworkPolicy")).toHaveLength(9);
});

test("every object is Mastodon's child, on the given provider, in the namespace", () => {
  const clusterWide = /:(Namespace|PriorityClass|CiliumClusterwideNetworkPolicy)$/;
  const objects = registrations.filter(({ type }) => /^kubernetes:.*\//.test(type));
  expect(objects.length).toBeGreaterThan(40);
  for (const { type, name, inputs, provider } of objects) {
    expect(made.get(`${type} ${name}`)?.urn, name).toMatch(
      /::mastodon:mastodon:(Mastodon|Guardrails|Configuration|UpgradeDump|AssetsCopy)\$/,
    );
    expect(provider, name).toContain("::cluster::");
    expect(inputs.metadata?.name, name).toBeTruthy();
    if (!clusterWide.test(type)) expect(inputs.metadata?.namespace, name).toBe("mastodon");
  }
});

test.each(["Guardrails", "Configuration", "Secrets"])("%s is a part of Mastodon", (part) => {
  const [urn = ""] = [...made.values()].map((one) => one.urn).filter((one) => one.includes(`:${part}::`));
  expect(urn).toContain(`::mastodon:mastodon:Mastodon$mastodon:mastodon:${part}::`);
});

const dependsOn = (type: string, name: string) => made.get(`${type} ${name}`)?.dependsOn ?? [];

describe("order", () => {
  test("nothing of Rails starts before the migration", () => {
    for (const { name } of ofType("kubernetes:apps/v1:Deployment").filter(({ name: made }) => made !== "mastodon-edge"))
      expect(dependsOn("kubernetes:apps/v1:Deployment", name), name).toContain("mastodon-migrate");
  });

  test("the migration waits for its configuration and the guard rails", () => {
    expect(dependsOn("kubernetes:batch/v1:Job", "mastodon-migrate")).toEqual([
      "mastodon-guardrails",
      "mastodon-configuration",
      "mastodon-assets-job",
      "mastodon-dump-job",
    ]);
  });

  test("the scripts and styles are copied as soon as pods may run: before the dump, the migration and the roll", () => {
    expect(dependsOn("kubernetes:batch/v1:Job", "mastodon-assets-job").toSorted()).toEqual([
      "mastodon-assets-access",
      "mastodon-assets-account",
      "mastodon-assets-assets-copy-policy",
      "mastodon-assets-edge-to-assets-policy",
      "mastodon-assets-script",
      "mastodon-assets-variables",
      "mastodon-guardrails",
    ]);
  });

  test("the dump waits for the guard rails and for its own account, way and policy", () => {
    expect(dependsOn("kubernetes:batch/v1:Job", "mastodon-dump-job").toSorted()).toEqual([
      "mastodon-assets-job",
      "mastodon-configuration",
      "mastodon-dump-access",
      "mastodon-dump-account",
      "mastodon-dump-policy",
      "mastodon-dump-variables",
      "mastodon-guardrails",
    ]);
  });

  test("the last migrations wait until every process of Rails and streaming has rolled", () => {
    const rolled = ofType("kubernetes:apps/v1:Deployment").map(({ name }) => name);
    expect(dependsOn("kubernetes:batch/v1:Job", "mastodon-migrate-after").toSorted()).toEqual(
      rolled.filter((name) => name !== "mastodon-edge").toSorted(),
    );
  });

  test("a Job that failed or was cut off is replaced by the next update, and says which version it was for", () => {
    const jobs = ofType("kubernetes:batch/v1:Job");
    expect(jobs).toHaveLength(4);
    for (const { inputs } of jobs)
      expect(inputs.metadata).toMatchObject({
        annotations: { "pulumi.com/replaceUnready": "true" },
        labels: { "app.kubernetes.io/version": "4.6.8" },
      });
  });

  test("nginx starts after the names that it looks up", () => {
    expect(dependsOn("kubernetes:apps/v1:Deployment", "mastodon-edge")).toEqual(
      expect.arrayContaining(["mastodon-web-service", "mastodon-streaming-service"]),
    );
  });
});

describe("secrets", () => {
  test("are made once, protected, on their own providers", () => {
    const generated = registrations.filter(({ type }) => /^(random|tls):index/.test(type));
    expect(generated.map(({ name }) => name).toSorted()).toEqual([
      "mastodon-secrets-active-record-derivation-salt",
      "mastodon-secrets-active-record-deterministic-key",
      "mastodon-secrets-active-record-primary-key",
      "mastodon-secrets-secret-key-base",
      "mastodon-secrets-vapid",
    ]);
    for (const { type, name, provider } of generated) {
      expect(made.get(`${type} ${name}`)?.protect, name).toBe(true);
      expect(provider, name).toMatch(type.startsWith("tls") ? /::tls::/ : /::random::/);
    }
  });

  test("are marked as secret in every Secret, and in no ConfigMap at all", () => {
    const secrets = ofType("kubernetes:core/v1:Secret");
    expect(secrets).toHaveLength(7);
    for (const { name, inputs } of secrets) expect(text(inputs["stringData"]), name).toContain(secretMark);
    const maps = text(ofType("kubernetes:core/v1:ConfigMap"));
    expect(maps).not.toContain("secret-");
    expect(maps).not.toContain("generated");
    expect(maps).not.toContain(secretMark);
  });

  test("appear nowhere else in clear", () => {
    const others = registrations.filter(({ type }) => type !== "kubernetes:core/v1:Secret");
    expect(text(others)).not.toMatch(/secret-(base|database|admin|queue|cache|spaces|assets|mail|vapid|primary|dump)/);
  });

  test("the public push key is public, and belongs to the private one", () => {
    expect(recording.vapidPublicKey).toBe(vapidPair(pem).publicKey);
    expect(recording.vapidIsSecret).toBe(false);
  });
});

describe("the load balancer", () => {
  test("is regional, ends TLS with the named certificate and turns plain HTTP away", () => {
    const { metadata, spec } = one("kubernetes:core/v1:Service", "edge").inputs;
    const prefix = "service.beta.kubernetes.io/do-loadbalancer-";
    expect(metadata).toMatchObject({
      annotations: {
        [`${prefix}type`]: "REGIONAL",
        [`${prefix}name`]: "social",
        [`${prefix}certificate-name`]: "social-edge",
        [`${prefix}tls-ports`]: "443",
        [`${prefix}redirect-http-to-https`]: "true",
      },
    });
    expect(Object.values(metadata?.annotations ?? { none: 0 }).every((text) => typeof text === "string")).toBe(true);
    expect(spec).toMatchObject({ type: "LoadBalancer", ports: [{ port: 80 }, { port: 443 }] });
  });

  test("gives the address", () => {
    expect(recording.address).toBe("203.0.113.10");
  });
});

describe("what must not be there", () => {
  test("no node port and no second way in", () => {
    const types = ofType("kubernetes:core/v1:Service").map(({ inputs }) => inputs.spec?.type ?? "");
    expect(types.toSorted()).toEqual(["ClusterIP", "ClusterIP", "LoadBalancer"]);
    expect(text(registrations)).not.toMatch(/nodePort|hostNetwork|hostPath|hostPort|"privileged"/);
  });

  test("no service-account token", () => {
    const accounts = ofType("kubernetes:core/v1:ServiceAccount");
    expect(accounts).toHaveLength(7);
    for (const { inputs } of accounts) expect(inputs["automountServiceAccountToken"]).toBe(false);
    for (const { inputs } of ofType("kubernetes:apps/v1:Deployment"))
      expect(inputs).toMatchObject({ spec: { template: { spec: { automountServiceAccountToken: false } } } });
  });

  test("no namespace that only warns", () => {
    const { metadata } = one("kubernetes:core/v1:Namespace", "mastodon").inputs;
    expect(metadata).toMatchObject({ labels: { "pod-security.kubernetes.io/enforce": "restricted" } });
  });

  test("no budget that blocks a drain", () => {
    for (const { inputs } of ofType("kubernetes:policy/v1:PodDisruptionBudget"))
      expect(inputs["spec"]).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" });
  });

  test("no policy that shuts other namespaces along with the metadata service", () => {
    const { inputs } = one("kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy", "deny-metadata-service");
    expect(inputs["spec"]).toMatchObject({
      enableDefaultDeny: { ingress: false, egress: false },
      egressDeny: [{ toCIDR: ["169.254.169.254/32"] }],
    });
  });
});

test("every long-running pod carries fingerprints of what it reads", () => {
  for (const { name, inputs } of ofType("kubernetes:apps/v1:Deployment")) {
    const { annotations } = readTemplate(inputs.spec).metadata;
    const expected =
      name === "mastodon-edge" ? ["checksum/configuration"] : ["checksum/database-ca", "checksum/environment"];
    expect(Object.keys(annotations).toSorted(), name).toEqual(expected);
  }
});
