// Configuration files of the PgBouncer in front of a PostgreSQL server: one database for each pool, by the pool's name.
import type { CertificateFiles } from "../authority.ts";

/** A pool as it was declared. */
export interface Pool {
  readonly name: string;
  readonly database: string;
  /** Who the server sees; without, the user that the client logged in as. */
  readonly user?: string | undefined;
  readonly mode: string;
  /** Connections to the server. */
  readonly size: number;
}

/** A login that PgBouncer takes. */
export interface PoolUser {
  readonly name: string;
  readonly password: string;
}

export interface PoolerConfiguration {
  readonly address: string;
  /** The server's port, at the same address. */
  readonly serverPort: number;
  readonly port: number;
  readonly certificate: CertificateFiles;
  /** Certificate file of the authority that signed the server's certificate. */
  readonly authority: string;
  /** File with the logins of {@link userList}. */
  readonly users: string;
  /** Login of the local cloud, which tells PgBouncer to read its files again. */
  readonly administrator: string;
  readonly pools: readonly Pool[];
}

/** Clients of one pooler together; the platform's own limit is not published. */
const mostClients = 2_000;

/** `pgbouncer.ini`. */
export function poolerConfiguration(pooler: PoolerConfiguration): string {
  const { address, port, certificate } = pooler;
  return [
    "[databases]",
    ...pooler.pools.map((pool) => poolLine(pooler, pool)),
    "[pgbouncer]",
    `listen_addr = ${address}`,
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = scram-sha-256",
    `auth_file = ${pooler.users}`,
    `admin_users = ${pooler.administrator}`,
    "client_tls_sslmode = require",
    `client_tls_cert_file = ${certificate.certificate}`,
    `client_tls_key_file = ${certificate.key}`,
    "server_tls_sslmode = verify-full",
    `server_tls_ca_file = ${pooler.authority}`,
    `max_client_conn = ${mostClients}`,
    // Drivers send these at the start; the server behind a shared connection cannot be told.
    "ignore_startup_parameters = extra_float_digits,options,statement_timeout,lock_timeout",
    "",
  ].join("\n");
}

function poolLine({ address, serverPort }: PoolerConfiguration, { name, database, user, mode, size }: Pool): string {
  const parts = [
    `host=${address}`,
    `port=${serverPort}`,
    `dbname=${quoted(database)}`,
    ...(user === undefined ? [] : [`user=${quoted(user)}`]),
    `pool_mode=${mode}`,
    `pool_size=${size}`,
  ];
  return `${key(name)} = ${parts.join(" ")}`;
}

/** `userlist.txt`. Passwords in clear, because PgBouncer logs in to the server with them; only its own user may read the file. */
export function userList(users: readonly PoolUser[]): string {
  return users.map(({ name, password }) => `${inQuotes(name)} ${inQuotes(password)}\n`).join("");
}

function inQuotes(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function key(name: string): string {
  return /^[\w-]+$/.test(name) ? name : inQuotes(name);
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
