// SQL that makes a PostgreSQL server what the platform hands over: an administrator who is no superuser, users, databases, parameters.
// Every text may run twice; what is there already stays.

/** The platform's administrator. */
export const administrator = "doadmin";

/** The superuser, which the platform keeps for itself. */
export const superuser = "postgres";

/** `defaultdb` and its owner, with the rights that the platform's administrator has. */
export function firstStatements(password: string): string {
  return [
    quiet,
    createRole(administrator),
    `ALTER ROLE ${administrator} WITH LOGIN NOSUPERUSER CREATEDB CREATEROLE REPLICATION PASSWORD ${literal(password)};`,
    createDatabase("defaultdb"),
  ].join("\n");
}

/** A user with minimal rights: it may log in, and in `public` it may create nothing (PostgreSQL 15 and newer). */
export function userStatements(name: string, password: string): string {
  return [
    quiet,
    `SET ROLE ${administrator};`, // who makes a role may administer it, from PostgreSQL 16 on only then
    createRole(name),
    "RESET ROLE;",
    `ALTER ROLE ${identifier(name)} WITH LOGIN PASSWORD ${literal(password)};`,
  ].join("\n");
}

/** Databases belong to the administrator, whoever uses them. */
export function databaseStatements(name: string): string {
  return [quiet, createDatabase(name)].join("\n");
}

/** Takes the database away with everybody in it. */
export function dropDatabaseStatements(name: string): string {
  return `DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE);`;
}

/** Ends a user's sessions and closes the door; its objects are given away next, one database after the other. */
export function lockOutStatements(name: string): string {
  return [
    ifRole(name, `ALTER ROLE ${identifier(name)} WITH NOLOGIN`),
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${literal(name)};`,
  ].join("\n");
}

/** In one database: objects go to the administrator, rights go away. No source tells what the platform does with them; nothing is lost so. */
export function giveAwayStatements(name: string): string {
  return [
    ifRole(name, `REASSIGN OWNED BY ${identifier(name)} TO ${administrator}`),
    ifRole(name, `DROP OWNED BY ${identifier(name)}`),
  ].join("\n");
}

export function dropRoleStatements(name: string): string {
  return `DROP ROLE IF EXISTS ${identifier(name)};`;
}

/** Names of the databases that people may connect to, one a line. */
export const listDatabases = "SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1;";

/** Sets parameters for the whole server; a parameter with nothing for a value goes back to its default. */
export function parameterStatements(parameters: ReadonlyMap<string, string | undefined>): string {
  const changes = [...parameters].map(([name, value]) =>
    value === undefined
      ? `ALTER SYSTEM RESET ${identifier(name)};`
      : `ALTER SYSTEM SET ${identifier(name)} = ${literal(value)};`,
  );
  return [...changes, "SELECT pg_reload_conf();"].join("\n");
}

/** Whether a parameter waits for a restart: `t` or `f`. */
export const waitsForRestart = "SELECT count(*) > 0 FROM pg_settings WHERE pending_restart;";

/** Passwords must not get into the log, not even when a statement fails. */
const quiet = "SET log_min_error_statement = 'panic';";

function createRole(name: string): string {
  return `SELECT ${literal(`CREATE ROLE ${identifier(name)}`)} WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(name)}) \\gexec`;
}

function createDatabase(name: string): string {
  const statement = literal(`CREATE DATABASE ${identifier(name)} OWNER ${administrator}`);
  return `SELECT ${statement} WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(name)}) \\gexec`;
}

function ifRole(name: string, statement: string): string {
  return `SELECT ${literal(statement)} WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(name)}) \\gexec`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  const doubled = text.replaceAll("'", "''");
  return text.includes("\\") ? `E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
}
