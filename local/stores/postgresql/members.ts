// What lives in a PostgreSQL server: its administrator, users, databases, pools and parameters. Every change may be made twice.
import { join } from "node:path";
import { locked } from "../../processes/locked.ts";
import { writePoolerFiles } from "../pgbouncer/files.ts";
import type { Pool } from "../pgbouncer/configuration.ts";
import { reloadPooler, runSql } from "./client.ts";
import { type PoolerMembers, type PostgresqlPlace, readMembers, writeMembers } from "./server.ts";
import {
  administrator,
  databaseStatements,
  dropDatabaseStatements,
  dropRoleStatements,
  firstStatements,
  giveAwayStatements,
  listDatabases,
  lockOutStatements,
  parameterStatements,
  userStatements,
  waitsForRestart,
} from "./statements.ts";

/** Somebody who may log in. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** Makes a server what the platform hands over. */
export async function furnish(place: PostgresqlPlace, password: string): Promise<void> {
  await runSql(place, firstStatements(password));
  await allowInPools(place, { name: administrator, password });
}

/** Makes a user, or gives it another password. */
export async function setUser(place: PostgresqlPlace, user: Login): Promise<void> {
  await runSql(place, userStatements(user.name, user.password));
  await allowInPools(place, user);
}

/** Takes a user away for good; what belonged to it belongs to the administrator. */
export async function removeUser(place: PostgresqlPlace, name: string): Promise<void> {
  await changeMembers(place, ({ users, pools }) => ({ users: users.filter((user) => user.name !== name), pools }));
  await runSql(place, lockOutStatements(name));
  const databases = (await runSql(place, listDatabases)).split("\n");
  for (const database of databases) await runSql(place, giveAwayStatements(name), database);
  await runSql(place, dropRoleStatements(name));
}

export async function createDatabase(place: PostgresqlPlace, name: string): Promise<void> {
  await runSql(place, databaseStatements(name));
}

export async function removeDatabase(place: PostgresqlPlace, name: string): Promise<void> {
  await runSql(place, dropDatabaseStatements(name));
}

/** Adds a pool or replaces the one of the same name. */
export async function setPool(place: PostgresqlPlace, pool: Pool): Promise<void> {
  await changeMembers(place, ({ users, pools }) => ({ users, pools: [...without(pools, pool.name), pool] }));
}

export async function removePool(place: PostgresqlPlace, name: string): Promise<void> {
  await changeMembers(place, ({ users, pools }) => ({ users, pools: without(pools, name) }));
}

/** @returns whether one of the parameters takes effect only at the server's next start */
export async function setParameters(
  place: PostgresqlPlace,
  parameters: ReadonlyMap<string, string | undefined>,
): Promise<boolean> {
  await runSql(place, parameterStatements(parameters));
  return (await runSql(place, waitsForRestart)) === "t";
}

async function allowInPools(place: PostgresqlPlace, login: Login): Promise<void> {
  await changeMembers(place, ({ users, pools }) => ({ users: [...without(users, login.name), login], pools }));
}

/** Several processes may change a server's members at once, and none of the changes may be lost. */
async function changeMembers(place: PostgresqlPlace, change: (members: PoolerMembers) => PoolerMembers): Promise<void> {
  await locked({ folder: place.folder, lock: join(place.folder, "members.lock") }, 60_000, async () => {
    writeMembers(place.folder, change(readMembers(place.folder)));
    writePoolerFiles(place);
    await reloadPooler(place);
  });
}

function without<T extends { readonly name: string }>(all: readonly T[], name: string): T[] {
  return all.filter((one) => one.name !== name);
}
