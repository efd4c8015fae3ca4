// The real servers behind database clusters, as the account's objects see them: which has one, and what is done on it. The servers' code is
// loaded at the first use, since a plugin that makes no database should not pay for it.
import { emulatedMark, storeMark, switchedOff } from "../../stores/marks.ts";
import type { DatabaseKind } from "../../stores/databases.ts";
import type { PostgresqlPlace } from "../../stores/postgresql/server.ts";
import type { ValkeyParameters } from "../../stores/valkey/configuration.ts";
import type { Context, Hooks, Properties } from "../contract.ts";
import { text } from "../shared/values.ts";
import { valkeyParameters } from "./database-parameters.ts";
import { tokenOf } from "./guards.ts";

export const databaseServers = async () => import("../../stores/databases.ts");
export const postgresqlMembers = async () => import("../../stores/postgresql/members.ts");

const kinds: Readonly<Record<string, DatabaseKind>> = { pg: "postgresql", valkey: "valkey" };

/** The kind of server for an engine, or why it gets none. */
export async function kindFor(engine: string): Promise<{ readonly kind: DatabaseKind } | { readonly reason: string }> {
  const off = switchedOff();
  if (off !== undefined) return { reason: off };
  const kind = kinds[engine];
  if (kind === undefined) return { reason: `${engine} has no server in the local cloud` };
  const reason = await (await databaseServers()).cannotRun(kind);
  return reason === undefined ? { kind } : { reason };
}

/** The store behind a cluster; nothing for an emulated one. */
export function storeOfCluster(ctx: Pick<Context, "account">, clusterId: string | undefined): string | undefined {
  const cluster = clusterId === undefined ? undefined : ctx.account.get(tokenOf("DatabaseCluster"), clusterId);
  return cluster && text(cluster.object, storeMark);
}

/** Hooks that do something on the real PostgreSQL of the object's cluster, and nothing where there is none. */
export function onPostgresql(work: {
  /** Makes it so, whatever was there before. */
  readonly set: (server: PostgresqlPlace, state: Properties, store: string) => Promise<unknown>;
  readonly remove?: (server: PostgresqlPlace, state: Properties) => Promise<unknown>;
}): Pick<Hooks, "start" | "change" | "refresh" | "stop"> {
  const set = async (ctx: Context, _id: string, state: Properties): Promise<Properties> => {
    const store = storeOfCluster(ctx, text(state, "clusterId"));
    if (store === undefined) return likeCluster(ctx, state);
    await work.set(await (await databaseServers()).postgresqlServer(ctx.home, store), state, store);
    return { [storeMark]: store };
  };
  return {
    start: set,
    change: set,
    refresh: set, // a creation that was killed in the middle is completed when it is read
    async stop(ctx, _id, state) {
      const store = storeOfCluster(ctx, text(state, "clusterId"));
      if (store === undefined || !work.remove) return;
      await work.remove(await (await databaseServers()).postgresqlServer(ctx.home, store), state);
    },
  };
}

/** Gives the parameters of a Valkey to its server. */
async function setValkey(ctx: Context, _id: string, state: Properties): Promise<Properties> {
  const store = storeOfCluster(ctx, text(state, "clusterId"));
  if (store === undefined) return likeCluster(ctx, state);
  await changeValkey(ctx, store, valkeyParameters(state));
  return { [storeMark]: store };
}

export const realValkeyParameters = { start: setValkey, change: setValkey, refresh: setValkey };

/** Changes parameters of a Valkey that runs, and of its next starts. */
export async function changeValkey(
  ctx: Pick<Context, "home">,
  store: string,
  changes: Partial<ValkeyParameters>,
): Promise<void> {
  const { changeParameters } = await import("../../stores/valkey/changes.ts");
  await changeParameters(await (await databaseServers()).valkeyServer(ctx.home, store), changes);
}

/** A part of an emulated cluster is emulated for the same reason. */
function likeCluster(ctx: Context, state: Properties): Properties {
  const cluster = ctx.account.get(tokenOf("DatabaseCluster"), text(state, "clusterId") ?? "");
  return { [emulatedMark]: text(cluster?.object ?? {}, emulatedMark) ?? "its cluster has no server" };
}
