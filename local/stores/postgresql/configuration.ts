// Configuration files of a PostgreSQL server behind a managed database: TLS and SCRAM only, as the platform leaves it.
import type { CertificateFiles } from "../authority.ts";

export interface ServerConfiguration {
  /** Loopback address that it listens on. */
  readonly address: string;
  readonly port: number;
  /** Connections of clients and pools; three more are kept for the local cloud's own work, as the platform does. */
  readonly connections: number;
  readonly certificate: CertificateFiles;
  /** Folder of the data. */
  readonly data: string;
  /** File with the rules of {@link hostRules}. */
  readonly rules: string;
  /** How a standby reaches its primary; nothing for a primary. */
  readonly primary?: string;
}

/** Reserved by the platform (docs.digitalocean.com, PostgreSQL limits, 5 Nov 2025). */
const reservedConnections = 3;

/** `postgresql.conf`. Small buffers, because several servers may share a laptop; the connections are those of the plan all the same. */
export function serverConfiguration(server: ServerConfiguration): string {
  const settings: Record<string, string | number> = {
    data_directory: server.data,
    hba_file: server.rules,
    listen_addresses: server.address,
    port: server.port,
    unix_socket_directories: "", // their paths have a limit that a deep checkout breaks
    ssl: "on",
    ssl_cert_file: server.certificate.certificate,
    ssl_key_file: server.certificate.key,
    password_encryption: "scram-sha-256",
    max_connections: server.connections + reservedConnections,
    superuser_reserved_connections: reservedConnections,
    shared_buffers: "32MB",
    max_wal_size: "256MB",
    wal_level: "replica",
    wal_keep_size: "512MB", // a replica that was stopped for a while finds its place again
    hot_standby: "on",
    // What was confirmed survives the end of the server, also a crash of it; a power failure may cost the last moments.
    fsync: "off",
    jit: "off",
    log_line_prefix: "%m [%p] %q%u@%d ",
    ...(server.primary === undefined ? {} : { primary_conninfo: server.primary }),
  };
  return lines(Object.entries(settings).map(([name, value]) => `${name} = ${quoted(String(value))}`));
}

/** `pg_hba.conf`: no connection without TLS and password, from anywhere that reaches the address. */
export function hostRules(): string {
  return lines([
    "# type   database     user  address  method",
    "hostssl  all          all   all      scram-sha-256",
    "hostssl  replication  all   all      scram-sha-256",
  ]);
}

/** A connection as libpq takes it in one text. */
export function connectionText(parts: Readonly<Record<string, string | number>>): string {
  return Object.entries(parts)
    .map(([name, value]) => `${name}='${escaped(String(value))}'`)
    .join(" ");
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`);
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function lines(text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
