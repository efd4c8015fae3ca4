// Databases of the local cloud with real servers behind them: TLS, users, rights, pools, copies, and what is left afterwards.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAccount } from "../../local/account/index.ts";
import { endProcess, identify } from "../../local/processes/process-identity.ts";
import { until } from "../../local/processes/waiting.ts";
import type { Properties } from "../../local/providers/contract.ts";
import { text } from "../../local/providers/shared/values.ts";
import { ensureAuthority } from "../../local/stores/authority.ts";
import { deleteStore, listStores, resumeStores, stopStore } from "../../local/stores/index.ts";
import { type Login, missingStores, psql, redisCli } from "../support/store-clients.ts";
import { PluginClient, temporaryHome, urnOf } from "./plugin-client.ts";

const { home, remove } = temporaryHome();
const authority = join(home, "database-ca.crt");
const region = "tor1";
let plugin: PluginClient;

type Made = { readonly id: string; readonly properties: Properties };

const urn = (className: string, name = "it") =>
  urnOf(`digitalocean:index/${className.charAt(0).toLowerCase()}${className.slice(1)}:${className}`, name);

async function make(className: string, inputs: Properties, name?: string): Promise<Made> {
  const { inputs: checked, failures } = await plugin.check(urn(className, name), inputs);
  expect(failures).toEqual([]);
  return plugin.create(urn(className, name), checked.properties);
}

/** A text among an object's properties, which must be there. */
function property(properties: Properties, name: string): string {
  const value = text(properties, name);
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

/** Options of a client for its commands. */
const commands = (...each: string[]) => each.map((command) => `-c '${command}'`).join(" ");

/** Asks until the answer is the wanted one. */
async function eventually(wanted: string, ask: () => Promise<string>): Promise<void> {
  let last: unknown;
  await until(
    async () => {
      last = await ask().catch((error: unknown) => error);
      return last === wanted || undefined;
    },
    { limit: 60_000, late: () => new Error(`never ${wanted}: ${String(last)}`) },
  );
}

const drop = (className: string, { id }: Made) => plugin.delete(urn(className), id);

const postgresql: Properties = {
  name: "pg",
  engine: "pg",
  version: "17",
  size: "db-s-1vcpu-2gb",
  region,
  nodeCount: 1,
};
const valkey: Properties = {
  name: "queue",
  engine: "valkey",
  version: "8",
  size: "db-s-1vcpu-1gb",
  region,
  nodeCount: 1,
};

const missing = await missingStores();

describe.skipIf(missing !== undefined)("a managed PostgreSQL on the local cloud", () => {
  let cluster: Made;
  let user: Made;
  let pool: Made;

  beforeAll(async () => {
    plugin = await PluginClient.start("digitalocean", home, "real");
    await plugin.configure({ token: "test" });
    cluster = await make("DatabaseCluster", postgresql);
    const clusterId = cluster.id;
    await make("DatabaseDb", { clusterId, name: "mastodon" });
    user = await make("DatabaseUser", { clusterId, name: "mastodon" });
    const members = { dbName: "mastodon", user: "mastodon" };
    pool = await make("DatabaseConnectionPool", { clusterId, name: "web", mode: "transaction", size: 2, ...members });
    const found = await plugin.invoke("digitalocean:index/getDatabaseCa:getDatabaseCa", { clusterId });
    writeFileSync(authority, property(found, "certificate"));
  });

  afterAll(async () => {
    await plugin.stop();
    for (const { id } of listStores(home)) await deleteStore(home, id);
    remove();
  });

  const admin = (database = "mastodon"): Login => ({
    at: cluster.properties,
    user: "doadmin",
    password: property(cluster.properties, "password"),
    database,
    authority,
  });
  const app = (at = cluster.properties, database = "mastodon"): Login => ({
    at,
    user: "mastodon",
    password: property(user.properties, "password"),
    database,
    authority,
  });

  test("gives the platform's ports at an address of this machine", () => {
    expect(cluster.properties).toMatchObject({ port: 25_060, user: "doadmin", database: "defaultdb" });
    expect(pool.properties).toMatchObject({ port: 25_061, host: cluster.properties["host"] });
    expect(cluster.properties["host"]).toMatch(/^127\./);
    expect(cluster.properties["privateHost"]).toBe(cluster.properties["host"]);
  });

  test("opens to the administrator and to the user, who is checked against the authority's certificate", async () => {
    expect(await psql(admin(), "SELECT current_user")).toBe("doadmin");
    expect(await psql(app(), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).toBe("t");
    expect(await psql({ ...admin(), database: "defaultdb" }, "SELECT 1")).toBe("1");
  });

  test("refuses plain text, a wrong password, and is refused by clients that trust another authority", async () => {
    await expect(psql({ ...app(), sslmode: "disable" }, "SELECT 1")).rejects.toThrow("no encryption");
    await expect(psql({ ...app(), password: "guessed" }, "SELECT 1")).rejects.toThrow("password authentication failed");
    const { certificate } = await ensureAuthority(join(home, "stranger"), "stranger");
    await expect(psql({ ...app(), authority: certificate }, "SELECT 1")).rejects.toThrow("certificate verify failed");
    await expect(psql({ ...app(pool.properties, "web"), sslmode: "disable" }, "SELECT 1")).rejects.toThrow(
      "SSL required",
    );
  });

  test("has no superuser for anybody, and lets the administrator make databases and roles", async () => {
    const rights = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user";
    expect(await psql(admin(), rights)).toBe("f|t|t");
    await expect(psql(admin(), "ALTER ROLE doadmin SUPERUSER")).rejects.toThrow("must be superuser");
    await expect(psql({ ...admin(), user: "postgres" }, "SELECT 1")).rejects.toThrow("password authentication failed");
    await psql(admin(), "CREATE ROLE reader", "DROP ROLE reader");
  });

  test("lets users create nothing in public until the administrator allows it", async () => {
    await expect(psql(app(), "CREATE TABLE a (b int)")).rejects.toThrow("permission denied for schema public");
    await psql(admin(), "GRANT CREATE ON SCHEMA public TO mastodon");
    await psql(app(), "CREATE TABLE statuses (id bigint PRIMARY KEY)", "INSERT INTO statuses VALUES (1), (2)");
  });

  test("has the extensions that need no superuser, and not the others", async () => {
    await psql(admin(), "CREATE EXTENSION pg_trgm");
    await expect(psql(admin(), "CREATE EXTENSION file_fdw")).rejects.toThrow("permission denied");
  });

  test("allows the connections of its plan", async () => {
    // 47 for 2 GiB; the 3 that are kept back stand beside them.
    const shown =
      "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int";
    expect(await psql(admin(), shown)).toBe("47");
  });

  test("shares the pool's few connections among its clients by transaction", async () => {
    const through = app(pool.properties, "web");
    expect(await psql(through, "SELECT current_user, current_database()")).toBe("mastodon|mastodon");
    const numbers = await Promise.all(Array.from({ length: 6 }, () => psql(through, "SELECT pg_backend_pid()")));
    expect(new Set(numbers).size).toBeLessThanOrEqual(2);
    // Three clients stay connected, one inside the other, where two connections to the server are all there is.
    const inner = String.raw`\! psql -X -q -At ${commands("SELECT 3")}`.replaceAll("'", '"');
    const middle = String.raw`\! psql -X -q -At ${commands("SELECT 2", "INNER")}`.replace("INNER", inner);
    expect(await psql(through, "SELECT 1", middle)).toBe("1\n2\n3");
    await expect(psql(app(pool.properties, "mastodon"), "SELECT 1")).rejects.toThrow("no such database");
  });

  test("takes the parameters that are declared", async () => {
    const parameters = { idleInTransactionSessionTimeout: 60_000, workMem: 8, maxLocksPerTransaction: 128 };
    await make("DatabasePostgresqlConfig", { clusterId: cluster.id, ...parameters });
    expect(await psql(admin(), "SHOW idle_in_transaction_session_timeout", "SHOW work_mem")).toBe("1min\n8MB");
    expect(await psql(admin(), "SHOW max_locks_per_transaction")).toBe("128"); // needs a restart
  });

  test("gets both processes back when they crash", async () => {
    for (const name of ["postgres", "pgbouncer"]) {
      const pid = listStores(home)[0]?.pids[name] ?? 0;
      const identity = identify(pid);
      if (!identity) throw new Error(`${name} does not run`);
      await endProcess(identity, home, 0);
    }
    await eventually("2", () => psql(app(pool.properties, "web"), "SELECT count(*) FROM statuses"));
  });

  test("ends with its supervisor, however that ends, and comes back with its data", async () => {
    const { supervisor, ...servers } = listStores(home)[0]?.pids ?? {};
    const identity = identify(supervisor ?? 0);
    if (!identity) throw new Error("the supervisor does not run");
    await endProcess(identity, home, 0);
    await eventually("", async () => Object.values(servers).filter(identify).join());
    await resumeStores(home, () => undefined);
    expect(await psql(app(pool.properties, "web"), "SELECT count(*) FROM statuses")).toBe("2");
  });

  test("keeps its data, address, users and pools over a stop", async () => {
    for (const { id } of listStores(home)) await stopStore(home, id);
    await expect(psql(app(), "SELECT 1")).rejects.toThrow("refused");
    await resumeStores(home, () => undefined);
    expect(await psql(app(), "SELECT count(*) FROM statuses")).toBe("2");
    expect(await psql(app(pool.properties, "web"), "SELECT count(*) FROM statuses")).toBe("2");
  });

  test("grows with its plan, in place", async () => {
    const larger = { ...postgresql, size: "db-s-2vcpu-4gb" };
    const { properties } = await plugin.update(urn("DatabaseCluster"), cluster.id, cluster.properties, larger);
    expect(properties["host"]).toBe(cluster.properties["host"]);
    expect(await psql(admin(), "SHOW max_connections")).toBe("100");
  });

  test("is copied with its data, databases and users, and the copy goes its own way", async () => {
    const backupRestore = { databaseName: "pg", backupCreatedAt: "2026-11-23T15:00:00Z" };
    const copy = await make(
      "DatabaseCluster",
      { ...postgresql, size: "db-s-2vcpu-4gb", name: "pg-2", backupRestore },
      "copy",
    );
    const found = await plugin.invoke("digitalocean:index/getDatabaseUser:getDatabaseUser", {
      clusterId: copy.id,
      name: "mastodon",
    });
    const login: Login = { ...app(copy.properties), password: property(found, "password") };
    await psql(login, "INSERT INTO statuses VALUES (3)");
    expect(await psql(login, "SELECT count(*) FROM statuses")).toBe("3");
    expect(await psql(app(), "SELECT count(*) FROM statuses")).toBe("2");
    await drop("DatabaseCluster", copy);
  });

  test("is followed by a replica that answers queries and takes no writes", async () => {
    const replica = await make("DatabaseReplica", {
      clusterId: cluster.id,
      name: "reads",
      region,
      size: "db-s-2vcpu-4gb",
    });
    await psql(app(), "INSERT INTO statuses VALUES (4)");
    await eventually("3", () => psql(app(replica.properties), "SELECT count(*) FROM statuses"));
    await expect(psql(app(replica.properties), "INSERT INTO statuses VALUES (5)")).rejects.toThrow("read-only");
    await drop("DatabaseReplica", replica);
    expect(listStores(home).map(({ kind }) => kind)).toEqual(["postgresql"]);
  });

  test("locks a removed user out, and leaves what it made to the administrator", async () => {
    await drop("DatabaseUser", user);
    await expect(psql(app(), "SELECT 1")).rejects.toThrow("password authentication failed");
    await expect(psql(app(pool.properties, "web"), "SELECT 1")).rejects.toThrow("failed");
    expect(await psql(admin(), "SELECT tableowner FROM pg_tables WHERE tablename = 'statuses'")).toBe("doadmin");
    expect(await psql(admin(), "SELECT count(*) FROM statuses")).toBe("3");
  });

  test("loses a removed pool and a removed database", async () => {
    await drop("DatabaseConnectionPool", pool);
    await expect(psql({ ...admin("web"), at: pool.properties }, "SELECT 1")).rejects.toThrow("no such database");
    await plugin.delete(urn("DatabaseDb"), `${cluster.id}/database/mastodon`);
    await expect(psql(admin(), "SELECT 1")).rejects.toThrow("does not exist");
  });

  test("leaves nothing when it is deleted", async () => {
    const folder = listStores(home)[0]?.folder ?? "";
    const pids = Object.values(listStores(home)[0]?.pids ?? {});
    await drop("DatabaseCluster", cluster);
    expect(existsSync(folder)).toBe(false);
    expect(pids.length).toBe(3);
    expect(pids.map((pid) => identify(pid))).toEqual([undefined, undefined, undefined]);
    expect(listStores(home)).toEqual([]);
    const account = openAccount(home);
    expect(account.isEmpty()).toBe(true);
    account.close();
  });

  test("a Valkey speaks TLS only, knows the policy that was chosen, and keeps its keys over a stop", async () => {
    const queue = await make("DatabaseCluster", { ...valkey, evictionPolicy: "allkeys_lru" });
    const uri = property(queue.properties, "uri");
    expect(queue.properties["port"]).toBe(25_061);
    expect(await redisCli(uri, authority, "SET", "job", "1")).toBe("OK");
    await expect(redisCli(uri.replace("rediss:", "redis:"), authority, "PING")).rejects.toThrow();
    expect(await redisCli(uri.replace(/:[^:@]*@/, ":guessed@"), authority, "PING")).toContain("WRONGPASS");
    expect(await redisCli(uri, authority, "INFO", "memory")).toContain("maxmemory_policy:allkeys-lru");
    expect(await redisCli(uri, authority, "CONFIG", "GET", "*")).toContain("NOPERM");
    expect(await redisCli(uri, authority, "EVAL", "return 7", "0")).toBe("7");
    const noeviction = { ...valkey, evictionPolicy: "noeviction" };
    await plugin.update(urn("DatabaseCluster"), queue.id, queue.properties, noeviction);
    expect(await redisCli(uri, authority, "INFO", "memory")).toContain("maxmemory_policy:noeviction");
    for (const { id } of listStores(home)) await stopStore(home, id);
    await resumeStores(home, () => undefined);
    expect(await redisCli(uri, authority, "GET", "job")).toBe("1");
    await make("DatabaseValkeyConfig", { clusterId: queue.id, persistence: "off" });
    await redisCli(uri, authority, "SET", "later", "1");
    for (const { id } of listStores(home)) await stopStore(home, id);
    await resumeStores(home, () => undefined);
    expect(await redisCli(uri, authority, "EXISTS", "later")).toBe("0");
    await drop("DatabaseCluster", queue);
    expect(listStores(home).filter(({ kind }) => kind === "valkey")).toEqual([]);
  });

  test("an engine without a server stays emulated, and its row says why", async () => {
    const search = { name: "search", engine: "opensearch", version: "2", size: "db-s-1vcpu-2gb", region, nodeCount: 1 };
    const { id, properties } = await make("DatabaseCluster", search);
    expect(properties["host"]).toMatch(/ondigitalocean\.com$/);
    const account = openAccount(home);
    expect(account.list().find((one) => one.id === id)?.object["__emulated"]).toContain("opensearch");
    account.close();
    await drop("DatabaseCluster", { id, properties });
  });
});
