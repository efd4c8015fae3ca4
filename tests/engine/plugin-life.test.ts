// The life of a resource over the plugin's own gRPC interface: check, preview, create, read, import, update, drift, faults, delete.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Account, openAccount } from "../../local/account/index.ts";
import { type Properties, UNKNOWN } from "../../local/providers/contract.ts";
import { packageVersion } from "../../local/plugin/version.ts";
import { PluginClient, temporaryHome, urnOf } from "./plugin-client.ts";

const vpcType = "digitalocean:index/vpc:Vpc";
const clusterType = "digitalocean:index/databaseCluster:DatabaseCluster";
const urn = urnOf(vpcType, "net");
const vpc: Properties = { name: "net", region: "tor1", ipRange: "10.20.0.0/16" };
const database: Properties = {
  name: "pg",
  engine: "pg",
  version: "17",
  size: "db-s-1vcpu-1gb",
  region: "tor1",
  nodeCount: 1,
};

const { home, remove } = temporaryHome();
let plugin: PluginClient;
let account: Account;

beforeAll(async () => {
  plugin = await PluginClient.start("digitalocean", home);
});
afterAll(async () => {
  await plugin.stop();
  remove();
});

describe("before Configure and without an account", () => {
  it("answers Check and Diff, and makes no account file", async () => {
    const { inputs, failures } = await plugin.check(urn, vpc);
    expect(failures).toEqual([]);
    const olds = { ...vpc, id: "1", vpcUrn: "do:vpc:1", default: false, createdAt: "2026-01-01T00:00:00Z" };
    expect((await plugin.diff(urn, "1", olds, inputs.properties)).some).toBe(false);
    expect(existsSync(join(home, "account.sqlite"))).toBe(false);
  });

  it("reports the version of the installed package", async () => {
    expect(await plugin.version()).toBe(packageVersion("@pulumi/digitalocean"));
  });

  it("names the type, the property and the way out in its refusals", async () => {
    const { failures } = await plugin.check(urn, { ...vpc, ipRanges: "x" });
    expect(failures.map(({ property }) => property)).toEqual(["ipRanges"]);
    expect(failures[0]?.reason).toContain("ipRanges is not a property of this type; did you mean ipRange?");
    await expect(plugin.check(urnOf("digitalocean:index/moon:Moon", "m"), {})).rejects.toThrow(
      "digitalocean:index/moon:Moon",
    );
  });

  it("refuses unknown provider settings", async () => {
    expect(await plugin.checkConfig({ token: "a", version: "4.80.1" })).toEqual([]);
    expect(await plugin.checkConfig({ tokn: "a" })).toHaveLength(1);
  });
});

describe("a configured account", () => {
  beforeAll(async () => {
    await plugin.configure({ token: "one" });
    account = openAccount(home);
  });
  afterAll(() => account.close());
  afterEach(() => {
    for (const { provider, owner, type, id } of account.list()) account.remove({ provider, owner, type, id });
  });

  it("previews a create: inputs known, the rest unknown, nothing in the account", async () => {
    const { properties, secrets } = await plugin.create(urnOf(clusterType, "pg"), database, { preview: true });
    expect(properties).toMatchObject({ name: "pg", size: "db-s-1vcpu-1gb", host: UNKNOWN, password: UNKNOWN });
    expect(secrets).toContain("password");
    expect(account.isEmpty()).toBe(true);
  });

  it("previews an update: what the cloud gave stays known", async () => {
    const made = await plugin.create(urn, vpc);
    const preview = await plugin.update(urn, made.id, made.properties, { ...vpc, description: "x" }, true);
    expect(preview.properties).toMatchObject({ description: "x", vpcUrn: `do:vpc:${made.id}` });
  });

  it("marks what is sensitive as secret, and what came in as one", async () => {
    const made = await plugin.create(urnOf(clusterType, "pg"), database, { secrets: new Set(["name"]) });
    expect([...made.secrets].toSorted()).toEqual(["name", "password", "privateUri", "uri"]);
    const { inputs } = await plugin.check(urn, vpc, undefined, new Set(["description"]));
    expect(inputs.secrets.has("region")).toBe(false);
  });

  it("creates, reads, updates and deletes", async () => {
    const made = await plugin.create(urn, vpc);
    expect(account.findByUrn(urn)?.id).toBe(made.id);
    const changed = await plugin.update(urn, made.id, made.properties, { ...vpc, description: "new" });
    expect(changed.properties).toMatchObject({ description: "new", createdAt: made.properties["createdAt"] });
    expect((await plugin.read(urn, made.id)).state.properties).toEqual(changed.properties);
    await plugin.delete(urn, made.id);
    await plugin.delete(urn, made.id);
    expect((await plugin.read(urn, made.id)).id).toBe("");
  });

  it("imports by id with inputs that show no difference", async () => {
    const made = await plugin.create(urn, vpc);
    const { id, state, inputs } = await plugin.read(urn, made.id);
    expect(id).toBe(made.id);
    expect(inputs.properties).toEqual(vpc);
    expect((await plugin.diff(urn, id, state.properties, inputs.properties)).some).toBe(false);
  });

  it("shows drift as changed inputs at a refresh", async () => {
    const made = await plugin.create(urn, vpc);
    const [row] = account.list({ type: vpcType });
    if (row) account.put(row, { ...row.object, description: "by hand" });
    const { inputs } = await plugin.read(urn, made.id, made.properties, vpc);
    expect(inputs.properties).toEqual({ ...vpc, description: "by hand" });
  });

  it("keeps two tokens apart as two accounts", async () => {
    const made = await plugin.create(urn, vpc);
    const other = await PluginClient.start("digitalocean", home);
    await other.configure({ token: "two" });
    expect((await other.read(urn, made.id)).id).toBe("");
    await other.create(urn, vpc);
    await other.stop();
    expect(account.list({ type: vpcType }).map(({ owner }) => owner)).toHaveLength(2);
    expect(new Set(account.list({ type: vpcType }).map(({ owner }) => owner)).size).toBe(2);
  });

  it("lets only one of two processes take a name", async () => {
    const other = await PluginClient.start("digitalocean", home);
    await other.configure({ token: "one" });
    const results = await Promise.allSettled([plugin.create(urn, vpc), other.create(urnOf(vpcType, "twin"), vpc)]);
    await other.stop();
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(account.list({ type: vpcType })).toHaveLength(1);
  });

  it("fails once with a rate limit, then goes on", async () => {
    account.injectFault({ type: vpcType, operation: "create", kind: "rate-limit" });
    await expect(plugin.create(urn, vpc)).rejects.toThrow('Vpc "net": 429');
    expect(account.isEmpty()).toBe(true);
    await expect(plugin.create(urn, vpc)).resolves.toMatchObject({ properties: { name: "net" } });
  });

  it("can lose the answer after the object was created", async () => {
    account.injectFault({ type: vpcType, operation: "create", kind: "lost-answer" });
    await expect(plugin.create(urn, vpc)).rejects.toThrow("timed out");
    expect(account.findByUrn(urn)?.type).toBe(vpcType);
  });

  it("fails as often as it is told, at the operation it is told", async () => {
    const made = await plugin.create(urn, vpc);
    account.injectFault({ type: "*", operation: "delete", kind: "server-error", times: 2 });
    await expect(plugin.delete(urn, made.id)).rejects.toThrow("503");
    await expect(plugin.read(urn, made.id)).resolves.toMatchObject({ id: made.id });
    await expect(plugin.delete(urn, made.id)).rejects.toThrow("503");
    await plugin.delete(urn, made.id);
    expect(account.isEmpty()).toBe(true);
  });

  it("answers functions, and names one that it does not know", async () => {
    const versions = await plugin.invoke("digitalocean:index/getKubernetesVersions:getKubernetesVersions", {});
    expect(versions["validVersions"]).toContain(versions["latestVersion"]);
    await expect(plugin.invoke("digitalocean:index/getMoon:getMoon", {})).rejects.toThrow("getMoon");
  });

  it("gives a database one certificate authority for good", async () => {
    const made = await plugin.create(urnOf(clusterType, "pg"), database);
    const ask = () => plugin.invoke("digitalocean:index/getDatabaseCa:getDatabaseCa", { clusterId: made.id });
    const first = await ask();
    expect(first["certificate"]).toContain("BEGIN CERTIFICATE");
    await plugin.update(urnOf(clusterType, "pg"), made.id, made.properties, { ...database, tags: ["a"] });
    expect(await ask()).toEqual(first);
    expect((await plugin.read(urnOf(clusterType, "pg"), made.id)).state.properties).not.toHaveProperty("__ca");
  });
});
