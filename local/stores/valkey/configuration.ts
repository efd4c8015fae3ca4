// The configuration file of a Valkey or Redis behind a managed database: TLS only, one user, the chosen eviction and persistence.
import { createHash } from "node:crypto";
import type { CertificateFiles } from "../authority.ts";

/** What can be changed while it runs. */
export interface ValkeyParameters {
  /** As the server spells it, for example `allkeys-lru`. */
  readonly evictionPolicy: string;
  /** `rdb` writes a snapshot every ten minutes if anything changed, `off` never. */
  readonly persistence: "rdb" | "off";
  /** Idle connections are closed after so many seconds; 0 is never. */
  readonly timeoutSeconds: number;
  readonly databases: number;
  readonly notifyKeyspaceEvents: string;
}

export interface ValkeyConfiguration extends ValkeyParameters {
  readonly address: string;
  readonly port: number;
  readonly folder: string;
  readonly certificate: CertificateFiles;
  /** Certificate file of the authority. */
  readonly authority: string;
  readonly password: string;
  /** Of {@link keeper}. */
  readonly keeperPassword: string;
  /** Memory of the plan, in GiB; how much of it the platform keeps for itself is not published. */
  readonly memoryGib: number;
}

/** The platform's defaults (its API description, `valkey_advanced_config`, Aug 2026). */
export const defaultParameters: ValkeyParameters = {
  evictionPolicy: "noeviction",
  persistence: "rdb",
  timeoutSeconds: 300,
  databases: 16,
  notifyKeyspaceEvents: "",
};

/** The user by which the local cloud changes parameters; the platform has one of its own too. */
export const keeper = "local-cloud";

/**
 * Commands that a managed server does not let anybody have. CONFIG, ACL, ROLE and CLUSTER are on the platform's list (Valkey limits, July
 * 2025); the others would end the server or make it another's replica. The list has EVAL too, which production servers there allow.
 */
const forbidden = [
  "config",
  "acl",
  "role",
  "cluster",
  "shutdown",
  "debug",
  "replicaof",
  "slaveof",
  "failover",
  "module",
];

export function valkeyConfiguration(server: ValkeyConfiguration): string {
  const { address, port, folder, certificate, authority } = server;
  const rights = forbidden.map((command) => `-${command}`).join(" ");
  return [
    `bind ${address}`,
    "port 0", // plain text is refused
    `tls-port ${port}`,
    `tls-cert-file ${quoted(certificate.certificate)}`,
    `tls-key-file ${quoted(certificate.key)}`,
    `tls-ca-cert-file ${quoted(authority)}`,
    "tls-auth-clients no",
    `dir ${quoted(folder)}`,
    "dbfilename dump.rdb",
    `save ${savePoints(server) || '""'}`,
    "appendonly no",
    "set-proc-title no", // the command line names the folder, by which the process is known as ours
    `databases ${server.databases}`,
    `timeout ${server.timeoutSeconds}`,
    `notify-keyspace-events ${quoted(server.notifyKeyspaceEvents)}`,
    `maxmemory ${server.memoryGib}gb`,
    `maxmemory-policy ${server.evictionPolicy}`,
    `user default on #${sha256(server.password)} ~* &* +@all ${rights}`,
    `user ${keeper} on #${sha256(server.keeperPassword)} ~* &* +@all`,
    "",
  ].join("\n");
}

/** The same parameters as commands for a server that runs. The number of databases is fixed at the start. */
export function parameterCommands(parameters: ValkeyParameters): readonly (readonly string[])[] {
  const { evictionPolicy, timeoutSeconds, notifyKeyspaceEvents } = parameters;
  return [
    ["maxmemory-policy", evictionPolicy],
    ["save", savePoints(parameters)],
    ["timeout", String(timeoutSeconds)],
    ["notify-keyspace-events", notifyKeyspaceEvents],
  ].map((change) => ["CONFIG", "SET", ...change]);
}

function savePoints({ persistence }: Pick<ValkeyParameters, "persistence">): string {
  return persistence === "rdb" ? "600 1" : "";
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', String.raw`\"`)}"`;
}
