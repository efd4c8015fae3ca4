// The Mastodon component's registrations: what, under which parent, what is secret, and what must not be there.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { MastodonArgs } from "../../components/mastodon/args.ts";
import { Mastodon } from "../../components/mastodon/mastodon.ts";
import { vapidPair } from "../../components/mastodon/secrets/vapid.ts";
import { environmentInputs, mastodonSettings } from "../support/mastodon-inputs.ts";
import { valueOf } from "../support/output-value.ts";
import { readTemplate } from "../support/pod-shape.ts";

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Record<string, unknown>;
}
interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown> & { metadata?: Metadata; spec?: { type?: string } };
  readonly provider: string | undefined;
}
interface Made {
  readonly urn: string;
  readonly protect: boolean;
  readonly dependsOn: string[];
}

const pem = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  .privateKey.export({ type: "sec1", format: "pem" })
  .toString();
const registrations: Registration[] = [];
const made = new Map<string, Made>();
const results: Record<string, unknown> = {};

function state(type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type === "kubernetes:core/v1:Service") return { status: { loadBalancer: { ingress: [{ ip: "203.0.113.10" }] } } };
  if (type === "random:index/randomBytes:RandomBytes") return { hex: "ab".repeat(Number(inputs["length"])) };
  if (type === "random:index/randomPassword:RandomPassword") return { result: "generated".padEnd(32, "x") };
  if (type === "tls:index/privateKey:PrivateKey") return { privateKeyPem: pem };
  return {};
}

async function register(): Promise<void> {
  const { secrets: _, ...inputs } = environmentInputs(mastodonSettings());
  const place = { nodeSelector: { pool: "web" }, tolerations: [] };
  const args: MastodonArgs = {
    ...inputs,
    provider: new kubernetes.Provider("cluster", { kubeconfig: "{}" }),
    randomProvider: new random.Provider("random"),
    tlsProvider: new tls.Provider("tls"),
    database: { ...inputs.database, pooled: { ...inputs.database.pooled, password: pulumi.secret("secret-database") } },
    loadBalancer: { name: "social", certificateName: "social-edge" },
    pools: { web: place, sidekiq: { ...place, nodeSelector: { pool: "sidekiq" } } },
    protect: true,
  };
  const mastodon = new Mastodon("mastodon", args);
  results["address"] = await valueOf(mastodon.loadBalancerAddress);
  results["vapid"] = await valueOf(mastodon.vapidPublicKey);
  results["vapidIsSecret"] = await pulumi.isSecret(mastodon.vapidPublicKey);
  results["workloads"] = mastodon.workloads;
}

beforeAll(async () => {
  const resources: { resource: pulumi.Resource; key: string; options: pulumi.ResourceOptions }[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        registrations.push({ type, name, inputs, provider });
        return { id: `${name}-id`, state: { ...inputs, ...state(type, inputs) } };
      },
      call: ({ token }) => {
        throw new Error(`nobody expected the call ${token}`);
      },
    },
    "mastodon",
    "test",
  );
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
      resources.push({ resource, key: `${type} ${name}`, options: opts });
      return undefined;
    });
    await register();
  });
  await pulumi.runtime.disconnect();
  for (const { resource, key, options } of resources) {
    const urn = await valueOf(resource.urn);
    const after = [await options.dependsOn].flat().filter((other) => pulumi.Resource.isInstance(other));
    const urns = await Promise.all(after.map((other) => valueOf(other.urn)));
    made.set(key, {
      urn,
      protect: options.protect ?? false,
      dependsOn: urns.map((other) => other.split("::").at(-1) ?? ""),
    });
  }
});

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
const secretMark = "4dabf18193072939515e22adb298388d";

const processes = ["jobs-environment", "sidekiq-environment", "streaming-environment", "web-environment"];

test("registers each kind of object by its own name", () => {
  const deployments = ["default", "federation", "mailers", "pull", "scheduler"].map((group) => `sidekiq-${group}`);
  expect(names("kubernetes:core/v1:Namespace")).toEqual(["mastodon"]);
  expect(names("kubernetes:apps/v1:Deployment")).toEqual(["edge", ...deployments, "streaming", "web"]);
  expect(names("kubernetes:batch/v1:Job")).toEqual(["migrate-4-6-8"]);
  expect(names("kubernetes:core/v1:Service")).toEqual(["edge", "streaming", "web"]);
  expect(names("kubernetes:core/v1:ConfigMap")).toEqual(
    [...processes, "database-ca", "database-grant", "edge-configuration"].toSorted(),
  );
  expect(names("kubernetes:core/v1:Secret")).toEqual([...processes, "database-grant"].toSorted());
  expect(names("kubernetes:policy/v1:PodDisruptionBudget")).toEqual(["edge", ...deployments, "streaming", "web"]);
  expect(names("kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy")).toEqual(["deny-metadata-service"]);
  expect(names("kubernetes:networking.k8s.io/v1:NetworkPolicy")).toHaveLength(6);
});

test("every object is Mastodon's child, on the given provider, in the namespace", () => {
  const clusterWide = /:(Namespace|PriorityClass|CiliumClusterwideNetworkPolicy)$/;
  const objects = registrations.filter(({ type }) => /^kubernetes:.*\//.test(type));
  expect(objects.length).toBeGreaterThan(40);
  for (const { type, name, inputs, provider } of objects) {
    expect(made.get(`${type} ${name}`)?.urn, name).toMatch(/::mastodon:mastodon:(Mastodon|Guardrails|Configuration)\$/);
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
    ]);
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
    expect(secrets).toHaveLength(5);
    for (const { name, inputs } of secrets) expect(text(inputs["stringData"]), name).toContain(secretMark);
    const maps = text(ofType("kubernetes:core/v1:ConfigMap"));
    expect(maps).not.toContain("secret-");
    expect(maps).not.toContain("generated");
    expect(maps).not.toContain(secretMark);
  });

  test("appear nowhere else in clear", () => {
    const others = registrations.filter(({ type }) => type !== "kubernetes:core/v1:Secret");
    expect(text(others)).not.toMatch(/secret-(base|database|admin|queue|cache|spaces|mail|vapid|primary)/);
  });

  test("the public push key is public, and belongs to the private one", () => {
    expect(results["vapid"]).toBe(vapidPair(pem).publicKey);
    expect(results["vapidIsSecret"]).toBe(false);
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
    expect(results["address"]).toBe("203.0.113.10");
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
    expect(accounts).toHaveLength(5);
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
