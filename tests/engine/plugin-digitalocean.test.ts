// What a DigitalOcean account enforces: parents, names, ranges, regions, limits, nothing deleted while in use.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openAccount } from "../../local/account/index.ts";
import type { Properties } from "../../local/providers/contract.ts";
import { PluginClient, temporaryHome, urnOf } from "./plugin-client.ts";

const { home, remove } = temporaryHome();
const spacesKeys = { spacesAccessId: "id", spacesSecretKey: "key" };
let plugin: PluginClient;

beforeAll(async () => {
  plugin = await PluginClient.start("digitalocean", home);
  await plugin.configure({ token: "test", ...spacesKeys });
});
afterAll(async () => {
  await plugin.stop();
  remove();
});
beforeEach(() => {
  const account = openAccount(home);
  for (const { provider, owner, type, id } of account.list()) account.remove({ provider, owner, type, id });
  account.close();
});

const urn = (className: string, name = "it") =>
  urnOf(`digitalocean:index/${className.charAt(0).toLowerCase()}${className.slice(1)}:${className}`, name);

/** Checks and creates; returns the id and the state. */
async function make(className: string, inputs: Properties): Promise<{ id: string; properties: Properties }> {
  const { inputs: checked, failures } = await plugin.check(urn(className), inputs);
  expect(failures).toEqual([]);
  return plugin.create(urn(className), checked.properties);
}

/** Ids of all objects of a class in the account. */
function held(className: string): string[] {
  const account = openAccount(home);
  const ids = account.list().filter(({ type }) => type.endsWith(`:${className}`));
  account.close();
  return ids.map(({ id }) => id);
}

/** A Spaces key with one grant. */
const key = (grant: Properties) => make("SpacesKey", { name: "k", grants: [grant] });

const vpc: Properties = { name: "net", region: "tor1", ipRange: "10.20.0.0/16" };
const postgres: Properties = {
  name: "pg",
  engine: "pg",
  version: "17",
  size: "db-s-1vcpu-2gb",
  region: "tor1",
  nodeCount: 1,
};
const bucket: Properties = { name: "media-files", region: "nyc3" };

describe("networks", () => {
  it("refuses a range that overlaps another VPC, a public one, and one too large", async () => {
    await make("Vpc", vpc);
    await expect(make("Vpc", { ...vpc, name: "b", ipRange: "10.20.3.0/24" })).rejects.toThrow("overlaps 10.20.0.0/16");
    await expect(make("Vpc", { ...vpc, name: "b", ipRange: "8.8.0.0/16" })).rejects.toThrow("private range");
    await expect(make("Vpc", { ...vpc, name: "b", ipRange: "10.0.0.0/8" })).rejects.toThrow("private range");
  });

  it("finds a free range when none is given", async () => {
    const [one, two] = [
      await make("Vpc", { name: "a", region: "tor1" }),
      await make("Vpc", { name: "b", region: "tor1" }),
    ];
    expect(one.properties["ipRange"]).not.toBe(two.properties["ipRange"]);
  });

  it("refuses an unknown region and says which there are", async () => {
    await expect(make("Vpc", { ...vpc, region: "mars1" })).rejects.toThrow(/region: mars1.*tor1/);
  });

  it("keeps a VPC while something is in it", async () => {
    const { id } = await make("Vpc", vpc);
    const inside = await make("DatabaseCluster", { ...postgres, privateNetworkUuid: id });
    await expect(plugin.delete(urn("Vpc"), id)).rejects.toThrow("in use by DatabaseCluster pg");
    await plugin.delete(urn("DatabaseCluster"), inside.id);
    await plugin.delete(urn("Vpc"), id);
  });

  it("refuses a database in a VPC of another region", async () => {
    const { id } = await make("Vpc", vpc);
    await expect(make("DatabaseCluster", { ...postgres, region: "nyc3", privateNetworkUuid: id })).rejects.toThrow(
      "same region",
    );
  });
});

describe("databases", () => {
  it("gives the direct port, the pool's port, and both hosts", async () => {
    const cluster = await make("DatabaseCluster", postgres);
    await make("DatabaseDb", { clusterId: cluster.id, name: "mastodon" });
    const user = await make("DatabaseUser", { clusterId: cluster.id, name: "mastodon" });
    const pool = await make("DatabaseConnectionPool", {
      clusterId: cluster.id,
      name: "app",
      mode: "transaction",
      size: 20,
      dbName: "mastodon",
      user: "mastodon",
    });
    expect(cluster.properties).toMatchObject({ port: 25_060, database: "defaultdb", user: "doadmin" });
    expect(pool.id).toBe(`${cluster.id}/app`);
    expect(pool.properties).toMatchObject({
      port: 25_061,
      password: user.properties["password"],
      host: cluster.properties["host"],
    });
    expect(pool.properties["privateUri"]).toMatch(
      /^postgresql:\/\/mastodon:.*@private-pg-.*:25061\/app\?sslmode=require$/,
    );
  });

  it("refuses pools beyond the connections of the size", async () => {
    const { id } = await make("DatabaseCluster", postgres);
    const pool = { clusterId: id, mode: "transaction", dbName: "defaultdb" };
    await make("DatabaseConnectionPool", { ...pool, name: "one", size: 40 });
    await expect(make("DatabaseConnectionPool", { ...pool, name: "two", size: 8 })).rejects.toThrow("more than the 47");
    await make("DatabaseConnectionPool", { ...pool, name: "two", size: 7 });
  });

  it("refuses a pool for a database or a user that is not there", async () => {
    const { id } = await make("DatabaseCluster", postgres);
    const pool = { clusterId: id, name: "app", mode: "transaction", size: 5 };
    await expect(make("DatabaseConnectionPool", { ...pool, dbName: "gone" })).rejects.toThrow(
      "dbName: gone does not exist",
    );
    await expect(make("DatabaseConnectionPool", { ...pool, dbName: "defaultdb", user: "gone" })).rejects.toThrow(
      "user: gone",
    );
  });

  it.each([
    ["an engine that does not exist", { engine: "oracle" }, "engine: oracle"],
    ["a version that is not on offer", { version: "9" }, "version: 9"],
    ["a standby on the smallest plan", { size: "db-s-1vcpu-1gb", nodeCount: 2 }, "nodeCount: 2 nodes"],
    [
      "a size of another engine",
      { engine: "valkey", version: "8", size: "gd-2vcpu-8gb" },
      "size: gd-2vcpu-8gb is no size",
    ],
    ["an increment out of range", { storageAutoscale: { enabled: true, incrementGib: 5 } }, "incrementGib: 5 must lie"],
    ["an eviction policy for PostgreSQL", { evictionPolicy: "noeviction" }, "evictionPolicy: belongs to valkey"],
  ])("refuses %s", async (_, wrong, message) => {
    await expect(make("DatabaseCluster", { ...postgres, ...wrong })).rejects.toThrow(message);
  });

  it("lets a disk and a machine grow, and refuses to shrink them", async () => {
    const made = await make("DatabaseCluster", { ...postgres, storageSizeMib: "40960" });
    const grown = { ...postgres, size: "db-s-2vcpu-4gb", storageSizeMib: "61440" };
    const now = await plugin.update(urn("DatabaseCluster"), made.id, made.properties, grown);
    const smaller = (wrong: Properties) =>
      plugin.update(urn("DatabaseCluster"), made.id, now.properties, { ...grown, ...wrong });
    await expect(smaller({ storageSizeMib: "51200" })).rejects.toThrow("a disk cannot shrink");
    await expect(smaller({ size: "db-s-1vcpu-2gb" })).rejects.toThrow("a database cannot shrink");
  });

  it("gives a replica rules of its own, under its uuid, and takes them away with it", async () => {
    const { id } = await make("DatabaseCluster", postgres);
    const replica = { clusterId: id, name: "reader", region: "tor1", size: "db-s-2vcpu-4gb" };
    await expect(make("DatabaseReplica", { ...replica, size: "db-s-1vcpu-1gb" })).rejects.toThrow("at least as large");
    const made = await make("DatabaseReplica", replica);
    const rules = [{ type: "tag", value: "queue-worker" }];
    await make("DatabaseFirewall", { clusterId: made.properties["uuid"] ?? null, rules });
    await make("DatabaseFirewall", { clusterId: id, rules });
    expect(held("DatabaseFirewall")).toHaveLength(2);
    await expect(make("DatabaseFirewall", { clusterId: made.id, rules })).rejects.toThrow("does not exist");
    await plugin.delete(urn("DatabaseReplica"), made.id);
    expect(held("DatabaseFirewall")).toHaveLength(1);
  });

  it("refuses the eleventh cluster", async () => {
    for (let number = 0; number < 10; number += 1) await make("DatabaseCluster", { ...postgres, name: `pg${number}` });
    await expect(make("DatabaseCluster", { ...postgres, name: "pg10" })).rejects.toThrow(
      "may have 10 database clusters",
    );
  });

  it("replaces a cluster's rules by those of a later firewall, as a cluster has one list of them", async () => {
    const { id } = await make("DatabaseCluster", postgres);
    const first = await make("DatabaseFirewall", { clusterId: id, rules: [{ type: "ip_addr", value: "203.0.113.1" }] });
    const second = await make("DatabaseFirewall", { clusterId: id, rules: [] });
    expect(held("DatabaseFirewall")).toEqual([second.id]);
    expect(second.id).not.toBe(first.id);
  });
});

describe("buckets and the CDN", () => {
  it("makes no bucket with an API token alone", async () => {
    const without = await PluginClient.start("digitalocean", home);
    await without.configure({ token: "test" });
    const { inputs } = await without.check(urn("SpacesBucket"), bucket);
    await expect(without.create(urn("SpacesBucket"), inputs.properties)).rejects.toThrow("spacesAccessId");
    await without.stop();
  });

  it("keeps a bucket's name unique over all accounts", async () => {
    await make("SpacesBucket", bucket);
    const other = await PluginClient.start("digitalocean", home);
    await other.configure({ token: "other", ...spacesKeys });
    await expect(other.create(urn("SpacesBucket"), bucket)).rejects.toThrow("media-files is taken");
    await other.stop();
  });

  it("keeps a bucket that is not empty, unless it is told otherwise", async () => {
    const { id, properties } = await make("SpacesBucket", bucket);
    await make("SpacesBucketObject", { bucket: id, region: "nyc3", key: "a.html", content: "a" });
    await expect(plugin.delete(urn("SpacesBucket"), id)).rejects.toThrow("it holds a.html");
    await plugin.update(urn("SpacesBucket"), id, properties, { ...bucket, forceDestroy: true });
    await plugin.delete(urn("SpacesBucket"), id);
  });

  it("forgets a bucket's settings together with the bucket, so that it can be made anew elsewhere", async () => {
    const { id } = await make("SpacesBucket", bucket);
    const cors = { bucket: id, region: "nyc3", corsRules: [{ allowedMethods: ["GET"], allowedOrigins: ["*"] }] };
    await make("SpacesBucketCorsConfiguration", cors);
    await plugin.delete(urn("SpacesBucket"), id);
    await make("SpacesBucket", { ...bucket, region: "sfo3" });
    await make("SpacesBucketCorsConfiguration", { ...cors, region: "sfo3" });
  });

  it("refuses grants for buckets that do not exist, and unknown permissions", async () => {
    await expect(key({ bucket: "gone", permission: "read" })).rejects.toThrow("SpacesBucket gone does not exist");
    await expect(key({ bucket: "gone", permission: "write" })).rejects.toThrow("write must be one of");
    await expect(key({ bucket: "", permission: "fullaccess" })).resolves.toBeDefined();
  });

  it("wants a certificate for a domain of one's own, and keeps it while it is used", async () => {
    await make("SpacesBucket", bucket);
    const cdn = { origin: "media-files.nyc3.digitaloceanspaces.com", customDomain: "cdn.example.social" };
    await expect(make("Cdn", cdn)).rejects.toThrow("needs a certificate");
    const certificate = { name: "cdn", type: "lets_encrypt", domains: ["cdn.example.social"] };
    await expect(make("Certificate", certificate)).rejects.toThrow("is in no zone");
    await make("Domain", { name: "example.social" });
    await make("Certificate", certificate);
    const { properties } = await make("Cdn", { ...cdn, certificateName: "cdn" });
    expect(properties).toMatchObject({ endpoint: "media-files.nyc3.cdn.digitaloceanspaces.com", ttl: 3600 });
    await expect(plugin.delete(urn("Certificate"), "cdn")).rejects.toThrow("in use by Cdn");
  });

  it("refuses a time to live that the CDN does not know", async () => {
    await make("SpacesBucket", bucket);
    const cdn = { origin: "media-files.nyc3.digitaloceanspaces.com", ttl: 61 };
    await expect(make("Cdn", cdn)).rejects.toThrow("ttl: 61 must be one of 60");
  });
});

describe("records", () => {
  const record = { domain: "example.social", name: "www", type: "A", value: "203.0.113.1" };
  beforeEach(() => make("Domain", { name: "example.social" }));

  it.each([
    ["a zone that is not there", { domain: "other.social" }, "Domain other.social does not exist"],
    ["an address that is none", { value: "1.2.3" }, "must be an IPv4 address"],
    ["a host without its dot", { type: "CNAME", value: "a.example" }, "ends with a dot"],
    ["a mail exchanger without priority", { type: "MX", value: "mx.example." }, "priority: is required"],
    ["a time to live under thirty seconds", { ttl: 5 }, "at least 30"],
  ])("refuses %s", async (_, wrong, message) => {
    await expect(make("DnsRecord", { ...record, ...wrong })).rejects.toThrow(message);
  });

  it("lets a CNAME be alone only", async () => {
    await make("DnsRecord", record);
    await expect(make("DnsRecord", { ...record, type: "CNAME", value: "a.example." })).rejects.toThrow("must be alone");
    await make("DnsRecord", { ...record, value: "203.0.113.2" });
  });

  it("tells the whole name", async () => {
    expect((await make("DnsRecord", record)).properties["fqdn"]).toBe("www.example.social");
    expect((await make("DnsRecord", { ...record, name: "@" })).properties["fqdn"]).toBe("example.social");
  });
});

describe("droplets", () => {
  const droplet = { name: "queue", image: "debian-13-x64", region: "tor1", size: "s-2vcpu-4gb" };

  it("knows what a size offers and costs", async () => {
    expect((await make("Droplet", droplet)).properties).toMatchObject({
      vcpus: 2,
      memory: 4096,
      disk: 80,
      priceMonthly: 24,
    });
    await expect(make("Droplet", { ...droplet, size: "s-3vcpu-4gb" })).rejects.toThrow("is no Droplet size");
  });

  it("have a private address in their network", async () => {
    const { id } = await make("Vpc", vpc);
    const { properties } = await make("Droplet", { ...droplet, vpcUuid: id });
    expect(properties["ipv4AddressPrivate"]).toMatch(/^10\.20\.\d+\.\d+$/);
  });

  it("refuses the twenty-sixth", async () => {
    for (let number = 0; number < 25; number += 1) await make("Droplet", { ...droplet, name: `queue-${number}` });
    await expect(make("Droplet", droplet)).rejects.toThrow("may have 25 Droplets and uses 25");
  });
});
