// Database clusters and read replicas with a real server behind them: made with the object, changed with it, gone with it.
import { memoryGib } from "../../../components/database/catalogue.ts";
import { connectionLimit } from "../../../components/database/plans.ts";
import type { DatabaseKind } from "../../stores/databases.ts";
import { emulatedMark, storeMark } from "../../stores/marks.ts";
import type { Context, Hooks, Properties, StoredObject } from "../contract.ts";
import { object, text } from "../shared/values.ts";
import { originalOf } from "./database-copy.ts";
import { connection, engineOf, poolPort } from "./database-engines.ts";
import { evictionPolicyOf } from "./database-parameters.ts";
import { changeValkey, databaseServers, kindFor, storeOfCluster } from "./database-servers.ts";
import { objectsOf } from "./guards.ts";

type RealHooks = Pick<Hooks, "start" | "change" | "refresh" | "stop">;

/** Starts the server of a new cluster. What could not be had is remembered in its row. */
async function startServer(ctx: Context, id: string, state: Properties): Promise<Properties> {
  const found = await kindFor(text(state, "engine") ?? "");
  if ("reason" in found) return { [emulatedMark]: found.reason };
  const original = originalOf(ctx, state);
  const source = original && text(original.object, storeMark);
  if (original && source === undefined) return { [emulatedMark]: "its original has no server" };
  const store = `database-${id}`;
  const address = await createServer(ctx, found.kind, { state, store, source });
  if (original) await takeOver(ctx, id, store, state);
  return { [storeMark]: store, ...accessAt(state, address) };
}

interface NewServer {
  readonly state: Properties;
  readonly store: string;
  /** Store that it is a copy of. */
  readonly source: string | undefined;
}

async function createServer(ctx: Context, kind: DatabaseKind, { state, store, source }: NewServer): Promise<string> {
  const servers = await databaseServers();
  const report = (line: string) => ctx.log("debug", line);
  const common = { id: store, name: text(state, "name") ?? "", version: text(state, "version") ?? "" };
  const password = text(state, "password") ?? "";
  const { port } = engineOf(text(state, "engine") ?? "");
  if (kind === "valkey") {
    const settings = { port, password, memoryGib: memoryOf(state) };
    const address = await servers.createValkey(ctx.home, { ...common, settings }, report);
    await changeValkey(ctx, store, evictionPolicyOf(text(state, "evictionPolicy")));
    return address;
  }
  const settings = { port, poolPort, connections: connectionsOf(state) };
  const copied = source === undefined ? {} : { source: { store: source, follow: false } };
  return servers.createPostgresql(ctx.home, { ...common, settings: { ...settings, ...copied } }, password, report);
}

/** The data came with users and databases; the account knows them already, and the pooler has to. */
async function takeOver(ctx: Context, id: string, store: string, state: Properties): Promise<void> {
  const at = text(object(state, "backupRestore"), "backupCreatedAt");
  ctx.log(
    "warning",
    `the local cloud copies a database as it is now${at === undefined ? "" : `, not as it was at ${at}`}`,
  );
  const server = await (await databaseServers()).postgresqlServer(ctx.home, store);
  const { setUser } = await import("../../stores/postgresql/members.ts");
  for (const className of ["DatabaseUser", "DatabaseDb"])
    for (const one of objectsOf(ctx, className)) {
      if (one.object["clusterId"] !== id) continue;
      ctx.account.put(one.type, one.id, { ...one.object, [storeMark]: store });
      if (className === "DatabaseUser")
        await setUser(server, { name: text(one.object, "name") ?? "", password: text(one.object, "password") ?? "" });
    }
}

/** Public and private network are the same here. */
function accessAt(state: Properties, address: string): Properties {
  const engine = engineOf(text(state, "engine") ?? "pg");
  const { user, database } = engine;
  const login = { port: engine.port, user, password: text(state, "password") ?? "", database };
  return connection(engine, { host: address, privateHost: address, ...login });
}

function connectionsOf(state: Properties): number {
  return connectionLimit(text(state, "size") ?? "") ?? 22;
}

function memoryOf(state: Properties): number {
  return memoryGib(text(state, "size") ?? "") ?? 1;
}

async function changeServer(ctx: Context, state: Properties, previous: StoredObject): Promise<void> {
  const store = text(state, storeMark);
  if (store === undefined) return;
  const servers = await databaseServers();
  if (state["engine"] === "pg") return servers.resize(ctx.home, store, { connections: connectionsOf(state) });
  await servers.resize(ctx.home, store, { memoryGib: memoryOf(state) });
  if (state["evictionPolicy"] !== previous.object["evictionPolicy"])
    await changeValkey(ctx, store, evictionPolicyOf(text(state, "evictionPolicy")));
}

async function wake(ctx: Context, store: string): Promise<void> {
  await (await databaseServers()).wake(ctx.home, store);
}

async function removeServer(ctx: Context, state: Properties): Promise<void> {
  const store = text(state, storeMark);
  if (store !== undefined) await (await databaseServers()).removeServer(ctx.home, store);
}

/** Whether a creation was killed before it could remember how it ended. */
function isUnfinished(state: Properties): boolean {
  return text(state, storeMark) === undefined && text(state, emulatedMark) === undefined;
}

export const realCluster: RealHooks = {
  start: startServer,
  async change(ctx, _id, state, previous) {
    await changeServer(ctx, state, previous);
    return undefined;
  },
  async refresh(ctx, id, state) {
    if (isUnfinished(state)) return startServer(ctx, id, state);
    const store = text(state, storeMark);
    if (store !== undefined) await wake(ctx, store);
    return undefined;
  },
  stop: (ctx, _id, state) => removeServer(ctx, state),
};

/** A standby that follows the cluster's server and answers queries. */
async function startReplica(ctx: Context, _id: string, state: Properties): Promise<Properties> {
  const primary = storeOfCluster(ctx, text(state, "clusterId"));
  if (primary === undefined) return { [emulatedMark]: "its cluster has no server" };
  const servers = await databaseServers();
  const store = `replica-${text(state, "uuid")}`;
  const { settings } = await servers.postgresqlServer(ctx.home, primary);
  const wanted = {
    id: store,
    name: text(state, "name") ?? "",
    version: "the primary's",
    settings: {
      port: engineOf("pg").port,
      connections: Math.max(connectionsOf(state), settings.connections), // fewer than the primary's, and a standby refuses to start
      source: { store: primary, follow: true },
    },
  };
  const address = await servers.createPostgresql(ctx.home, wanted, "", (line) => ctx.log("debug", line));
  return { [storeMark]: store, ...accessAt(state, address) };
}

export const realReplica: RealHooks = {
  start: startReplica,
  async change(ctx, _id, state) {
    const store = text(state, storeMark);
    if (store !== undefined) await wake(ctx, store);
    return undefined;
  },
  async refresh(ctx, id, state) {
    if (isUnfinished(state)) return startReplica(ctx, id, state);
    const store = text(state, storeMark);
    if (store !== undefined) await wake(ctx, store);
    return undefined;
  },
  stop: (ctx, _id, state) => removeServer(ctx, state),
};
