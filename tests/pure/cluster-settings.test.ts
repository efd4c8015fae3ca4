// Settings of the network and the cluster: what is refused, and what the refusal says.
import { describe, expect, it } from "vitest";
import { kubernetesSettingsSchema } from "../../components/kubernetes/settings.ts";
import { networkSettingsSchema } from "../../components/network/settings.ts";
import { regionRefusal, regionsWith } from "../../components/regions.ts";
import { spacesRegionSchema } from "../../components/shapes.ts";
import { workersSettingsSchema } from "../../components/workers/settings.ts";
import { assertPoolNamesShort, assertWebPool } from "../../src/rules/kubernetes.ts";
import { assertRangesLargeEnough } from "../../src/rules/network.ts";
import { parseSettings } from "../../src/settings.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const prod = parseSettings(withSecrets(stackFile("prod")));
const web = { min: 2, max: 6 };
const withWeb = (more: object) => ({ pools: { web: { ...web, ...more } } });
const kubernetes = (raw: object) => ({ ...prod, kubernetes: kubernetesSettingsSchema.parse(raw) });

describe("the network and the cluster refuse", () => {
  it.each([
    ["a region without Kubernetes", networkSettingsSchema, { region: "syd1" }, /^has no Kubernetes; allowed: .*tor1/],
    ["a region without two products", networkSettingsSchema, { region: "nyc2" }, /no Kubernetes and no Valkey/],
    ["an unknown region", networkSettingsSchema, { region: "par1" }, /is no region of DigitalOcean; allowed: ams3/],
    ["a public range", networkSettingsSchema, { ipRange: "8.8.0.0/16" }, /private ranges only/],
    ["a VPC above /16", networkSettingsSchema, { ipRange: "10.0.0.0/8" }, /between \/16 and \/28/],
    ["public addresses of pods", kubernetesSettingsSchema, { clusterSubnet: "100.64.0.0/16" }, /private ranges only/],
    ["few addresses of pods", kubernetesSettingsSchema, { clusterSubnet: "10.100.0.0/24" }, /must be \/22 or larger/],
    ["an unknown size", kubernetesSettingsSchema, withWeb({ size: "s-4vcpu-8g" }), /near it: s-4vcpu-8gb/],
    ["an unknown system size", kubernetesSettingsSchema, { system: { size: "tiny" } }, /no known droplet size/],
    [
      "a label of Kubernetes' own",
      kubernetesSettingsSchema,
      withWeb({ labels: { "node.kubernetes.io/x": "y" } }),
      /reserved/,
    ],
    ["a long label value", kubernetesSettingsSchema, withWeb({ labels: { x: "y".repeat(64) } }), /at most 63/],
    [
      "an unknown effect",
      kubernetesSettingsSchema,
      withWeb({ taints: [{ key: "a", value: "", effect: "Never" }] }),
      /NoExecute/,
    ],
    ["a pool's name that ends in a hyphen", kubernetesSettingsSchema, { pools: { web, "x-": web } }, /letter or digit/],
    ["a firewall for nobody", kubernetesSettingsSchema, { controlPlaneFirewall: {} }, /nobody reaches the API server/],
    ["a threshold of 1", kubernetesSettingsSchema, { autoscaler: { scaleDownUtilizationThreshold: 1 } }, /below 1/],
    [
      "an hour without unit",
      kubernetesSettingsSchema,
      { autoscaler: { scaleDownUnneededTime: "10" } },
      /for example 10m/,
    ],
    [
      "an unknown expander",
      kubernetesSettingsSchema,
      { autoscaler: { expander: "least_waste" } },
      /random or least-waste/,
    ],
  ])("%s", (_, schema, value, message) => {
    const issues = schema.safeParse(value).error?.issues ?? [];
    const texts = issues.flatMap((issue) => (issue.code === "invalid_key" ? issue.issues : [issue]));
    expect(texts.map((issue) => issue.message).join("\n")).toMatch(message);
  });
});

describe("the network and the cluster take", () => {
  it.each([
    ["a firewall that is off", kubernetesSettingsSchema, { controlPlaneFirewall: { enabled: false } }],
    ["a pool that may be empty", kubernetesSettingsSchema, { pools: { web, burst: { min: 0, max: 3 } } }],
    ["labels and taints with a prefix", kubernetesSettingsSchema, withWeb({ labels: { "example.org/tier": "a" } })],
    ["a worker where only droplets are", workersSettingsSchema, { one: { region: "ric1", queues: ["push"] } }],
  ])("%s", (_, schema, value) => expect(schema.safeParse(value).error).toBeUndefined());
});

describe("regions", () => {
  it("are listed by what they have, the reference ones among them", () => {
    expect(regionsWith("kubernetes", "postgresql", "valkey")).toContain("tor1");
    expect(regionsWith("spaces")).toEqual(expect.arrayContaining(["nyc3", "sfo3"]));
    expect(regionsWith("spaces")).not.toContain("nyc1");
    expect(spacesRegionSchema.safeParse("nyc1").error?.issues[0]?.message).toMatch(/^has no Spaces; allowed/);
    expect(regionRefusal(undefined, [])).toMatch(/is no region/);
  });
});

const inVpc = (ipRange: string) => assertRangesLargeEnough({ ...prod, network: { ...prod.network, ipRange } });

describe("ranges", () => {
  it("are large enough for the nodes at most, exactly", () => {
    // 2 system + 12 in pools + 6 of an upgrade are 20 nodes, 32 take a /20.
    expect(assertRangesLargeEnough(prod)).toEqual([]);
    expect(assertRangesLargeEnough(kubernetes({ ...prod.kubernetes, clusterSubnet: "10.100.0.0/20" }))).toEqual([]);
    const [problem] = assertRangesLargeEnough(kubernetes({ ...prod.kubernetes, clusterSubnet: "10.100.0.0/21" }));
    expect(problem).toMatchObject({ path: "kubernetes.clusterSubnet", value: "10.100.0.0/21" });
    expect(problem?.message).toContain(
      "room for 16 nodes, 128 addresses each, but there may be 20: 2 system + 12 in pools",
    );
  });

  it("of the VPC hold nodes, databases and load balancers", () => {
    expect(inVpc("10.116.0.0/26")).toEqual([]);
    expect(inVpc("10.116.0.0/27")[0]?.message).toContain("has 32 addresses, but 20 nodes");
  });
});

describe("the pool web", () => {
  it("has at least two nodes", () => {
    expect(assertWebPool(kubernetes({ pools: { web } }))).toEqual([]);
    expect(assertWebPool(kubernetes({ pools: { web: { min: 1, max: 6 } } }))).toMatchObject([
      { path: "kubernetes.pools.web.min", value: 1 },
    ]);
  });
});

describe("names of pools", () => {
  it("leave room for the nodes' own", () => {
    const pools = { web: { ...web, size: "s-4vcpu-8gb" } };
    const named = (name: string) => assertPoolNamesShort({ ...kubernetes({ pools }), name });
    expect(named("a".repeat(40))).toEqual([]);
    const long = kubernetes({ pools: { ...pools, ["p".repeat(31)]: web } });
    expect(assertPoolNamesShort({ ...long, name: "a".repeat(15) })[0]?.message).toMatch(
      /at most 57 characters and has 59/,
    );
  });
});
