// The gateway and what surrounds the tailnet's policy, switched on and off: what is registered, what it may do, and where its secrets are.
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { recordProgram, type Recorded, type Recording } from "../../src/dump/record.ts";
import { fixedStack, stackFile, withSecrets } from "../stacks.ts";
import { changedProd, mistakesIn } from "../support/mistakes.ts";

const operators = ["operator@social.example"];
const federation = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:social/infrastructure:environment:production",
};

let off: Recording;
let on: Recording;
let shop: Recording;

beforeAll(async () => {
  off = await recordProgram(withSecrets(fixedStack()));
  on = await recordProgram(
    changedProd({
      tailnet: {
        operators,
        gateway: { enabled: true },
        ci: { federation },
        webhook: { endpoint: "https://hooks.social.example/tailnet" },
        splitDns: { "home.social.example": ["100.100.1.1"] },
        overwritePolicy: true,
      },
    }),
  );
  shop = await recordProgram(withSecrets(stackFile("shop")), "shop");
});

const isGateway = ({ type, parents }: Recorded) => [type, ...parents].includes("mastodon:tailnet:Gateway");
const called = ({ registrations }: Recording, name: string): Recorded => {
  const found = registrations.find((made) => made.name === name);
  if (!found) throw new Error(`nothing is called ${name}`);
  return found;
};
const tailscaleTypes = ({ registrations }: Recording) =>
  registrations.flatMap(({ type, name }) =>
    type.startsWith("tailscale:") ? [`${type.split(":").at(-1)} ${name}`] : [],
  );
const containerSchema = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
  image: z.string(),
  securityContext: z.unknown(),
});
const deploymentSchema = z.object({
  spec: z.object({
    replicas: z.number(),
    strategy: z.object({ type: z.string() }),
    template: z.object({ spec: z.object({ serviceAccountName: z.string(), containers: z.array(containerSchema) }) }),
  }),
});

const poolSchema = z.object({ atRest: z.object({ pods: z.number() }) });
const planSchema = z.object({ capacity: z.object({ pools: z.array(poolSchema) }) });

const refused = (tailnet: object) => mistakesIn(changedProd({ tailnet: { operators, ...tailnet } })).join("\n");
const split = ({ registrations }: Recording) =>
  registrations.filter(({ type }) => type.endsWith(":DnsSplitNameservers"));
const podsAtRest = ({ outputs }: Recording) =>
  planSchema.parse(outputs["plans"]).capacity.pools.reduce((sum, { atRest }) => sum + atRest.pods, 0);

function podOf(recording: Recording, name: string) {
  const { replicas, strategy, template } = deploymentSchema.parse(called(recording, name).inputs).spec;
  const [container] = template.spec.containers;
  if (container === undefined) throw new Error(`${name} has no container`);
  const env = Object.fromEntries(container.env.map((one) => [one.name, one.value]));
  return { replicas, strategy, account: template.spec.serviceAccountName, container, env };
}

describe("switched off", () => {
  it("registers the policy, the tailnet's settings and its names only, and no key that nobody uses", () => {
    expect(off.registrations.filter(isGateway)).toEqual([]);
    expect(tailscaleTypes(off).toSorted()).toEqual([
      "Acl tailnet-acl",
      "DnsPreferences tailnet-dns",
      "TailnetSettings tailnet-settings",
    ]);
    expect(off.outputs).not.toHaveProperty("tailnetWebhookSecret");
    expect(JSON.stringify(off.outputs["workloads"])).not.toContain("gateway");
  });

  it("never puts the allow-everything default back, and overwrites no policy of a tailnet that has one", () => {
    const { inputs, protect } = called(off, "tailnet-acl");
    expect(inputs).toMatchObject({ resetAclOnDestroy: false, overwriteExistingContent: false });
    expect(protect).toBe(true);
    expect(called(on, "tailnet-acl").inputs).toMatchObject({ overwriteExistingContent: true });
  });

  it("is refused while there are workers, who would reach no database", () => {
    const raw = stackFile("shop");
    const tailnet = { operators, gateway: { enabled: false } };
    expect(mistakesIn(withSecrets({ ...raw, tailnet }))).toEqual([
      expect.stringContaining(
        "mastodon:tailnet.gateway.enabled: false would leave queue-1, queue-2 without the databases",
      ),
    ]);
    expect(mistakesIn(withSecrets({ ...fixedStack(), tailnet }))).toEqual([]);
  });
});

describe("the gateway", () => {
  it("comes with the first worker, or where the settings ask for it", () => {
    expect(on.registrations.filter(isGateway)).not.toEqual([]);
    expect(shop.registrations.filter(isGateway)).not.toEqual([]);
  });

  it("is two pods of one image, one of each identity at a time, under the names that workers look for", () => {
    const pods = ["gateway-1", "gateway-2"].map((name) => podOf(shop, name));
    for (const { replicas, strategy, container } of pods) {
      expect([replicas, strategy.type]).toEqual([1, "Recreate"]);
      expect(container.image).toMatch(/^ghcr\.io\/tailscale\/tailscale:v1\.\d*[02468]\.\d+$/); // even: a stable release
    }
    expect(pods.map(({ env }) => env["TS_HOSTNAME"])).toEqual(["shop-gateway-1", "shop-gateway-2"]);
    expect(pods.map(({ env }) => env["TS_KUBE_SECRET"])).toEqual(["gateway-1", "gateway-2"]);
  });

  it("needs no rights on its node: Tailscale's network is in the process", () => {
    const { container, env } = podOf(shop, "gateway-1");
    expect(env["TS_USERSPACE"]).toBe("true");
    expect(container.securityContext).toEqual({
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("advertises no route, and listens on no loopback, from which Tailscale would answer for ports that nothing serves", () => {
    const { env } = podOf(shop, "gateway-1");
    expect(env).not.toHaveProperty("TS_ROUTES");
    expect(env["TS_EXTRA_ARGS"]).toBe("--advertise-tags=tag:gateway");
    expect(env["TS_LOCAL_ADDR_PORT"]).toMatch(/^\$\(POD_IP\):\d+$/);
  });

  it("lets each pod read and change the Secret with its own identity, and nothing else", () => {
    for (const pod of ["gateway-1", "gateway-2"]) {
      expect(called(shop, `${pod}-role`).inputs["rules"]).toEqual([
        { apiGroups: [""], resources: ["secrets"], resourceNames: [pod], verbs: ["get", "update", "patch"] },
      ]);
      expect(called(shop, `${pod}-binding`).inputs).toMatchObject({ subjects: [{ name: pod, namespace: "tailnet" }] });
      expect(podOf(shop, pod).account).toBe(pod);
      expect(called(shop, `${pod}-state`).options["ignoreChanges"]).toEqual(["data", "stringData"]);
    }
    const cluster = shop.registrations.filter((made) => isGateway(made) && made.type.includes(":Cluster"));
    expect(cluster).toEqual([]);
  });

  it("joins by a client that may only make keys for its tag, whose secret is in one Secret alone", () => {
    expect(called(shop, "gateway-client").inputs).toMatchObject({ scopes: ["auth_keys"], tags: ["tag:gateway"] });
    expect(called(shop, "gateway-credential").inputs["stringData"]).toBe("[secret]");
    expect(JSON.stringify([shop.registrations, shop.outputs])).not.toContain("tskey-");
  });

  it("is counted where the stack lists what runs and plans its nodes", () => {
    for (const name of ["gateway-1", "gateway-2"])
      expect(on.outputs["workloads"]).toContainEqual({
        namespace: "tailnet",
        name,
        kind: "Deployment",
        process: "tailnet-gateway",
        replicas: 1,
      });
    expect(podsAtRest(on) - podsAtRest(off)).toBe(2);
  });
});

describe("what surrounds the policy", () => {
  it("lets CI join as CI, without any stored secret", () => {
    const { inputs } = called(on, "tailnet-ci");
    expect(inputs).toEqual({ ...federation, description: "CI", scopes: ["auth_keys"], tags: ["tag:ci"] });
    expect(on.outputs["tailnet"]).toMatchObject({
      ci: { clientId: expect.stringMatching(/./), audience: expect.stringMatching(/./) },
    });
  });

  it("tells of a changed policy, signed with a secret that is a secret output", () => {
    expect(called(on, "tailnet-webhook").inputs).toMatchObject({ subscriptions: ["policyUpdate"] });
    expect(on.secretOutputs).toEqual(["kubeconfig", "tailnetWebhookSecret"]);
    expect(off.secretOutputs).toEqual(["kubeconfig"]);
  });

  it("splits off a domain only where a name server answers for it", () => {
    expect(split(on).map(({ inputs }) => inputs)).toEqual([
      { domain: "home.social.example", nameservers: ["100.100.1.1"] },
    ]);
    expect(split(shop)).toEqual([]);
  });

  it("refuses an issuer without https, a subject that anybody has, and an address that is none", () => {
    expect(refused({ ci: { federation: { ...federation, issuer: "http://ci.example" } } })).toContain(
      "must be an https address",
    );
    expect(refused({ ci: { federation: { ...federation, subject: "*" } } })).toContain(
      "must begin with what only your CI has",
    );
    expect(refused({ webhook: { endpoint: "ftp://hooks.example" } })).toContain("must be an https address");
    expect(refused({ splitDns: { "home.example": ["resolver"] } })).toContain("must be an IP address");
  });
});
