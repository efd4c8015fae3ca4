// What users, databases, pools and parameters do on the real PostgreSQL behind their cluster.
import { text, number } from "../shared/values.ts";
import { postgresqlParameters } from "./database-parameters.ts";
import { databaseServers, onPostgresql, postgresqlMembers } from "./database-servers.ts";

export const realUser = onPostgresql({
  async set(server, state) {
    const { setUser } = await postgresqlMembers();
    await setUser(server, { name: text(state, "name") ?? "", password: text(state, "password") ?? "" });
  },
  async remove(server, state) {
    const { removeUser } = await postgresqlMembers();
    await removeUser(server, text(state, "name") ?? "");
  },
});

export const realDatabase = onPostgresql({
  async set(server, state) {
    const { createDatabase } = await postgresqlMembers();
    await createDatabase(server, text(state, "name") ?? "");
  },
  async remove(server, state) {
    const { removeDatabase } = await postgresqlMembers();
    await removeDatabase(server, text(state, "name") ?? "");
  },
});

export const realPool = onPostgresql({
  async set(server, state) {
    const { setPool } = await postgresqlMembers();
    await setPool(server, {
      name: text(state, "name") ?? "",
      database: text(state, "dbName") ?? "",
      user: text(state, "user"),
      mode: text(state, "mode") ?? "transaction",
      size: number(state, "size") ?? 1,
    });
  },
  async remove(server, state) {
    const { removePool } = await postgresqlMembers();
    await removePool(server, text(state, "name") ?? "");
  },
});

/** They stay when their object goes, as on the platform. */
export const realPostgresqlParameters = onPostgresql({
  async set(server, state, store) {
    const { setParameters } = await postgresqlMembers();
    const waits = await setParameters(server, postgresqlParameters(state));
    if (waits) await (await databaseServers()).restart(server.home, store);
  },
});
