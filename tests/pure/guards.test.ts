import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Declared, destructions, type Existing, replacingInputs } from "../../policies/destruction.ts";
import { lossOf } from "../../policies/losses.ts";
import { refusal } from "../../policies/refusal.ts";
import { statefulTypes } from "../../policies/rules.ts";
import type { PropertyFact } from "../../local/providers/contract.ts";
import { projectRoot } from "../stacks.ts";

const vpcType = "digitalocean:index/vpc:Vpc";
const bucketType = "digitalocean:index/spacesBucket:SpacesBucket";
const clusterType = "digitalocean:index/kubernetesCluster:KubernetesCluster";

const existing = (type: string, name: string, outputs: Record<string, unknown>): Existing => ({
  urn: `urn:pulumi:prod::mastodon::${type}::${name}`,
  type,
  name,
  outputs,
});

const declared = (
  { urn, type, name, outputs }: Existing,
  inputs: Record<string, unknown> = outputs,
  more: Partial<Declared> = {},
): Declared => ({ urn, type, name, inputs, ignoreChanges: [], replaceOnChanges: [], sourcesOf: () => [], ...more });

const vpc = existing(vpcType, "network-vpc", { name: "net", region: "tor1", ipRange: "10.0.0.0/20", description: "a" });
const bucket = existing(bucketType, "media-bucket", { name: "example-media", region: "nyc3" });
const cluster = existing(clusterType, "cluster", {
  region: "tor1",
  vpcUuid: "vpc-1",
  version: "1.36.3-do.1",
  nodePool: { size: "s-2vcpu-4gb", nodeCount: 2 },
});

const clusterWith = (inputs: object) => destructions([declared(cluster, { ...cluster.outputs, ...inputs })], [cluster]);

const factsOf = (type: string): Record<string, PropertyFact> => {
  const file = resolve(projectRoot, "local", "providers", type.split(":")[0]!, "facts.json");
  return JSON.parse(readFileSync(file, "utf8")).resources[type];
};

const forcing = (facts: Readonly<Record<string, PropertyFact>>, prefix = ""): string[] =>
  Object.entries(facts).flatMap(([key, { forceNew, fields = {} }]) => [
    ...(forceNew ? [prefix + key] : []),
    ...forcing(fields, `${prefix}${key}.`),
  ]);

describe("what a run would destroy", () => {
  it("is nothing on a new stack, and nothing while all stays the same", () => {
    expect(destructions([declared(vpc)], [])).toEqual([]);
    expect(destructions([declared(vpc), declared(bucket), declared(cluster)], [vpc, bucket, cluster])).toEqual([]);
  });

  it("is not a change that the provider makes in place", () => {
    expect(destructions([declared(vpc, { ...vpc.outputs, description: "b" })], [vpc])).toEqual([]);
  });

  it("is a resource with a changed input that the provider replaces it for, with both values", () => {
    const [found] = destructions([declared(vpc, { ...vpc.outputs, ipRange: "10.9.0.0/20" })], [vpc]);
    expect(found).toEqual({
      existing: vpc,
      kind: "replaced",
      changes: ['ipRange changes from "10.0.0.0/20" to "10.9.0.0/20"'],
    });
  });

  it("is a resource that is no longer declared", () => {
    expect(destructions([], [bucket])).toEqual([{ existing: bucket, kind: "deleted", changes: [] }]);
  });

  it("is not a stateless resource that is no longer declared", () => {
    expect(destructions([], [existing("digitalocean:index/tag:Tag", "tag", {})])).toEqual([]);
  });

  it("counts an input that the program itself wants replaced, such as a bucket's name", () => {
    const renamed = { ...bucket.outputs, name: "other" };
    expect(destructions([declared(bucket, renamed)], [bucket])).toEqual([]);
    expect(destructions([declared(bucket, renamed, { replaceOnChanges: ["name"] })], [bucket])).toHaveLength(1);
  });

  it("looks into objects: another size of the default pool replaces the cluster, another count does not", () => {
    expect(clusterWith({ nodePool: { size: "s-2vcpu-4gb", nodeCount: 3 } })).toEqual([]);
    expect(clusterWith({ nodePool: { size: "s-4vcpu-8gb", nodeCount: 2 } })[0]?.changes).toEqual([
      'nodePool.size changes from "s-2vcpu-4gb" to "s-4vcpu-8gb"',
    ]);
  });

  it("is not a change that the program ignores", () => {
    const moved = { ...cluster.outputs, nodePool: { size: "s-8vcpu-16gb" }, version: "1.35.0-do.0" };
    const ignoreChanges = ["nodePool", "version"];
    expect(destructions([declared(cluster, moved, { ignoreChanges })], [cluster])).toEqual([]);
  });

  it("is a cluster whose version goes down, but not one whose version goes up", () => {
    expect(clusterWith({ version: "1.36.10-do.0" })).toEqual([]);
    expect(clusterWith({ version: "1.36.3-do.0" })[0]?.changes.join()).toContain("from 1.36.3-do.1 to 1.36.3-do.0");
  });

  it("takes what is left out or not known yet as unchanged", () => {
    const { region: _, ...rest } = vpc.outputs;
    const unknown = { ...rest, ipRange: Promise.resolve("10.9.0.0/20") };
    expect(destructions([declared(vpc, unknown)], [vpc])).toEqual([]);
  });

  it("follows from one resource to those that take its value: with the network goes the cluster in it", () => {
    const inVpc = declared(
      cluster,
      { ...cluster.outputs, vpcUuid: Promise.resolve("new") },
      {
        sourcesOf: (input) => (input === "vpcUuid" ? [vpc.urn] : []),
      },
    );
    expect(destructions([inVpc, declared(vpc)], [cluster, vpc])).toEqual([]);
    const found = destructions([inVpc, declared(vpc, { ...vpc.outputs, region: "nyc3" })], [cluster, vpc]);
    expect(found.map(({ existing: { name }, changes }) => [name, changes[0]])).toEqual([
      ["cluster", "vpcUuid comes from network-vpc, which would be replaced"],
      ["network-vpc", 'region changes from "tor1" to "nyc3"'],
    ]);
  });
});

describe("the refusal", () => {
  const found = destructions([declared(vpc, { ...vpc.outputs, region: "nyc3" })], [vpc, bucket]);

  it("names each resource, why, and what would be lost", () => {
    const text = refusal(found, []);
    expect(text).toContain("this would destroy 2 resources");
    expect(text).toContain(
      'network-vpc (digitalocean:index/vpc:Vpc) would be replaced: region changes from "tor1" to "nyc3"',
    );
    expect(text).toContain("media-bucket (digitalocean:index/spacesBucket:SpacesBucket) would be deleted");
    expect(text).toContain("lost: all pictures, videos and avatars");
  });

  it("gives the commands for one run, after what is unprotected already", () => {
    expect(refusal(found, ["docs-bucket"]).split("\n").slice(-5)).toEqual([
      "  pulumi config set --path 'mastodon:unprotect[1]' network-vpc",
      "  pulumi config set --path 'mastodon:unprotect[2]' media-bucket",
      `  pulumi state unprotect --yes '${bucket.urn}'`,
      "  pulumi up",
      "  pulumi config rm mastodon:unprotect",
    ]);
  });

  it.each([...statefulTypes])("says what is lost with a %s", (type) => {
    expect(lossOf(type, "x", {})).not.toBe("everything it holds");
  });

  it("tells a database of posts from one of queued jobs", () => {
    const database = "digitalocean:index/databaseCluster:DatabaseCluster";
    expect(lossOf(database, "x", { engine: "pg" })).toContain("all posts, accounts, follows");
    expect(lossOf(database, "x", { engine: "valkey" })).toContain("queued jobs");
  });
});

describe("the list of replacing inputs", () => {
  it.each([...statefulTypes].filter((type) => /^(digitalocean|tailscale):/.test(type)))(
    "is what the plugin says of %s",
    (type) => expect([...replacingInputs(type)].toSorted()).toEqual(forcing(factsOf(type)).toSorted()),
  );

  it.each([...statefulTypes].filter((type) => !/^(digitalocean|tailscale):/.test(type)))("has %s", (type) => {
    expect(replacingInputs(type)).not.toEqual([]);
  });
});
