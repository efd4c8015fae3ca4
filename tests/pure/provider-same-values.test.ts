// Which differences DigitalOcean's plugin does not count, and which it answers with a replacement that no property's fact demands.
import { describe, expect, it } from "vitest";
import type { Properties } from "../../local/providers/contract.ts";
import { provider } from "../../local/providers/digitalocean/index.ts";
import { compareVersions } from "../../local/providers/digitalocean/replacement.ts";
import { diffResource } from "../../local/providers/shared/diff.ts";
import { checkResource } from "../../local/providers/shared/judge.ts";

function typeOf(token: string) {
  const type = provider.resource(`digitalocean:index/${token}`);
  if (!type) throw new Error(`${token} is not known`);
  return type;
}

/** What a plan would show between a state and inputs. */
function planned(token: string, olds: Properties, news: Properties) {
  const { changes, replaces } = diffResource(typeOf(token), provider.bridge, olds, news);
  return { changed: changes.map(({ path }) => path), replaces };
}

describe("no difference", () => {
  const record = { domain: "example.social", type: "CNAME", ttl: 300 };
  const pool = { clusterId: "c", name: "web", size: "s", autoScale: true, minNodes: 2, maxNodes: 6 };
  const pg = { engine: "pg", name: "n", size: "s", region: "tor1", nodeCount: 1 };
  it.each<[string, string, Properties, Properties]>([
    [
      "a record's name in full",
      "dnsRecord:DnsRecord",
      { ...record, name: "www" },
      { ...record, name: "www.example.social." },
    ],
    ["the zone's name for @", "dnsRecord:DnsRecord", { ...record, name: "@" }, { ...record, name: "example.social." }],
    [
      "a target within the zone",
      "dnsRecord:DnsRecord",
      { ...record, value: "a.example.social." },
      { ...record, value: "a" },
    ],
    [
      "a count that the pool has",
      "kubernetesNodePool:KubernetesNodePool",
      { ...pool, nodeCount: 2, actualNodeCount: 4 },
      { ...pool, nodeCount: 4 },
    ],
    ["a count left out", "kubernetesNodePool:KubernetesNodePool", { ...pool, nodeCount: 2, actualNodeCount: 2 }, pool],
    [
      "versioning that is off anyway",
      "spacesBucket:SpacesBucket",
      { name: "b", versioning: { enabled: false } },
      { name: "b" },
    ],
    [
      "domains of an uploaded certificate",
      "certificate:Certificate",
      { name: "c", type: "custom", domains: ["a.b"] },
      { name: "c", type: "custom" },
    ],
    [
      "a text that the state keeps as its hash",
      "droplet:Droplet",
      { userData: "a9993e364706816aba3e25717850c26c9cd0d89d" },
      { userData: "abc" },
    ],
    [
      "seconds of a maintenance hour",
      "databaseCluster:DatabaseCluster",
      { ...pg, maintenanceWindows: [{ day: "friday", hour: "03:00:00" }] },
      { ...pg, maintenanceWindows: [{ day: "friday", hour: "03:00" }] },
    ],
    [
      "an older Redis than DigitalOcean runs",
      "databaseCluster:DatabaseCluster",
      { ...pg, engine: "redis", version: "7" },
      { ...pg, engine: "redis", version: "6" },
    ],
    [
      "the order and shape of a policy",
      "spacesBucketPolicy:SpacesBucketPolicy",
      { policy: '{"Statement":[{"Action":["a","b"]}]}' },
      { policy: '{"Statement":{"Action":["b","a"]}}' },
    ],
    [
      "the case of a Slack channel",
      "uptimeAlert:UptimeAlert",
      { notifications: [{ slacks: [{ channel: "#Ops", url: "u" }] }] },
      { notifications: [{ slacks: [{ channel: "#ops", url: "u" }] }] },
    ],
  ])("for %s", (_, token, olds, news) => expect(planned(token, olds, news).changed).toEqual([]));

  it.each<[string, string, Properties, Properties]>([
    ["another name", "dnsRecord:DnsRecord", { ...record, name: "www" }, { ...record, name: "web" }],
    [
      "a count that the pool has not",
      "kubernetesNodePool:KubernetesNodePool",
      { ...pool, nodeCount: 2, actualNodeCount: 4 },
      { ...pool, nodeCount: 3 },
    ],
    [
      "versioning that was on",
      "spacesBucket:SpacesBucket",
      { name: "b", versioning: { enabled: true } },
      { name: "b" },
    ],
    [
      "domains of a managed certificate",
      "certificate:Certificate",
      { name: "c", type: "lets_encrypt", domains: ["a.b"] },
      { name: "c", type: "lets_encrypt" },
    ],
    ["another PostgreSQL", "databaseCluster:DatabaseCluster", { ...pg, version: "17" }, { ...pg, version: "16" }],
    [
      "another permission",
      "spacesBucketPolicy:SpacesBucketPolicy",
      { policy: '{"Statement":[{"Action":["a","b"]}]}' },
      { policy: '{"Statement":{"Action":["b"]}}' },
    ],
  ])("but one for %s", (_, token, olds, news) => expect(planned(token, olds, news).changed).not.toEqual([]));
});

describe("replacements that the provider's code demands", () => {
  const cluster = { name: "n", region: "tor1", version: "1.35.1-do.2" };

  it("name no property, as the real plugin does", () => {
    const lower = planned("kubernetesCluster:KubernetesCluster", cluster, { ...cluster, version: "1.35.1-do.1" });
    expect(lower).toEqual({ changed: ["version"], replaces: ["__meta"] });
    expect(planned("droplet:Droplet", { ipv6: true }, { ipv6: false })).toEqual({
      changed: ["ipv6"],
      replaces: ["__meta"],
    });
  });

  it("leave it to a property that replaces by itself", () => {
    const both = { ...cluster, version: "1.34.0-do.0", region: "nyc3" };
    expect(planned("kubernetesCluster:KubernetesCluster", cluster, both).replaces).toEqual(["region"]);
  });

  it("do not come with a higher version, nor with IPv6 turned on", () => {
    const higher = { ...cluster, version: "1.35.1-do.10" };
    expect(planned("kubernetesCluster:KubernetesCluster", cluster, higher).replaces).toEqual([]);
    expect(planned("droplet:Droplet", { ipv6: false }, { ipv6: true }).replaces).toEqual([]);
  });

  it.each([
    ["1.35.1-do.2", "1.35.1-do.10", -1],
    ["1.35.1", "1.35.1-do.10", 1],
    ["1.35", "1.35.0", 0],
    ["1.9.0-do.0", "1.10.0-do.0", -1],
  ])("order %s against %s", (one, other, order) => expect(Math.sign(compareVersions(one, other) ?? NaN)).toBe(order));

  it("have no order for what is no version", () => expect(compareVersions("latest", "1.35.1-do.0")).toBeUndefined());
});

describe("refused values", () => {
  it.each<[string, Properties, string]>([
    ["spacesBucketObject:SpacesBucketObject", { bucket: "b", key: "k", region: "mars1" }, "region"],
    ["reservedIpAssignment:ReservedIpAssignment", { ipAddress: "203.0.113.9", dropletId: 0 }, "dropletId"],
    [
      "spacesBucket:SpacesBucket",
      { lifecycleRules: [{ enabled: true, expiration: { date: "2026-06-31" } }] },
      "lifecycleRules[0].expiration.date",
    ],
    [
      "kubernetesCluster:KubernetesCluster",
      { region: "tor1", version: "1", nodePool: { name: "n", size: "s", nodes: [] } },
      "nodePool.nodes",
    ],
  ])("of %s: %j", (token, inputs, property) => {
    const source = { name: "it", seed: new Uint8Array(), oldInputs: {} };
    const { failures } = checkResource(typeOf(token), provider.bridge, inputs, source);
    expect(failures.map((failure) => failure.property)).toEqual([property]);
  });
});
