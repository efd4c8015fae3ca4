// Database servers by their stores: made, found again, changed, taken away.
import { run } from "../../tools/run.ts";
import type { StoreProgram } from "../../tools/store-programs.ts";
import { LocalCloudError } from "../errors.ts";
import { freeAddress } from "./addresses.ts";
import { deleteStore, runningPorts, startStore, stopStore } from "./index.ts";
import { furnish } from "./postgresql/members.ts";
import { type PostgresqlPlace, type PostgresqlStore, postgresqlSettingsSchema } from "./postgresql/server.ts";
import { missingProgram, requiredProgram } from "./programs.ts";
import { readStore, storePaths } from "./record.ts";
import { type ValkeyPlace, type ValkeyStore, valkeySettingsSchema } from "./valkey/server.ts";

export type DatabaseKind = "postgresql" | "valkey";

const programs: Readonly<Record<DatabaseKind, readonly StoreProgram[]>> = {
  postgresql: ["postgres", "initdb", "psql", "pg_basebackup", "pgbouncer"],
  valkey: ["redis-server", "redis-cli"],
};

type Report = (line: string) => void;

/** A server as it is asked for. */
interface Wanted<Settings> {
  /** Of its store. */
  readonly id: string;
  /** Physical name and wanted version, for people. */
  readonly name: string;
  readonly version: string;
  /** Without an address, which is found. */
  readonly settings: Omit<Settings, "address">;
}

/** Why no server of the kind can run here; nothing when one can. */
export async function cannotRun(kind: DatabaseKind): Promise<string | undefined> {
  return missingProgram(programs[kind]);
}

/** Starts a PostgreSQL, and makes it what the platform hands over. A replica is left as its primary is. @returns its address */
export async function createPostgresql(
  home: string,
  wanted: Wanted<PostgresqlStore>,
  password: string,
  report: Report,
): Promise<string> {
  const { port, poolPort, source } = wanted.settings;
  return created(home, wanted, report, async () => {
    const address = await addressOf(home, wanted.id, [port, poolPort ?? port]);
    const settings = { address, ...wanted.settings };
    const title = `PostgreSQL ${await versionOf("postgres")} ${wanted.name} (${wanted.version} asked for)`;
    await startStore(home, { id: wanted.id, kind: "postgresql", title, settings }, report);
    if (source?.follow !== true) await furnish(await postgresqlServer(home, wanted.id), password);
    return address;
  });
}

/** Starts a Valkey. @returns its address */
export async function createValkey(home: string, wanted: Wanted<ValkeyStore>, report: Report): Promise<string> {
  return created(home, wanted, report, async () => {
    const address = await addressOf(home, wanted.id, [wanted.settings.port]);
    const settings = { address, ...wanted.settings };
    const title = `${await versionOf("redis-server")} ${wanted.name} (Valkey ${wanted.version} asked for)`;
    await startStore(home, { id: wanted.id, kind: "valkey", title, settings }, report);
    return address;
  });
}

/** The PostgreSQL of a store, running. */
export async function postgresqlServer(home: string, id: string): Promise<PostgresqlPlace> {
  const { settings, folder } = await awake(home, id);
  return { settings: postgresqlSettingsSchema.parse(settings), folder, home };
}

/** The Valkey of a store, running. */
export async function valkeyServer(home: string, id: string): Promise<ValkeyPlace> {
  const { settings, folder } = await awake(home, id);
  return { settings: valkeySettingsSchema.parse(settings), folder, home };
}

/** Changes what a server is started with; it is started anew only if something differs. */
export async function resize(
  home: string,
  id: string,
  changes: Partial<Pick<PostgresqlStore, "connections"> & Pick<ValkeyStore, "memoryGib">>,
): Promise<void> {
  const record = readStore(storePaths(home, id));
  if (record?.kind === "postgresql") {
    const settings = { ...postgresqlSettingsSchema.parse(record.settings), ...changes };
    await startStore(home, { id, kind: record.kind, title: record.title, settings });
  } else if (record?.kind === "valkey") {
    const settings = { ...valkeySettingsSchema.parse(record.settings), ...changes };
    await startStore(home, { id, kind: record.kind, title: record.title, settings });
  }
}

/** Ends a server and wipes its data. */
export async function removeServer(home: string, id: string): Promise<void> {
  await deleteStore(home, id);
}

/** Makes sure that a server runs. */
export async function wake(home: string, id: string): Promise<void> {
  await awake(home, id);
}

/** Starts a server anew, for parameters that it takes only then. */
export async function restart(home: string, id: string): Promise<void> {
  await stopStore(home, id);
  await awake(home, id);
}

/** A creation that fails, or is made again after it was killed, leaves no half of a server. */
async function created(
  home: string,
  { id }: { readonly id: string },
  report: Report,
  make: () => Promise<string>,
): Promise<string> {
  try {
    return await make();
  } catch (error) {
    await deleteStore(home, id);
    report(`Removed what was made of ${id}`);
    throw error;
  }
}

async function addressOf(home: string, id: string, ports: readonly number[]): Promise<string> {
  const address = knownAddress(home, id) ?? (await freeAddress(storePaths(home, id).folder, ports));
  if (address !== undefined) return address;
  throw new LocalCloudError(
    `port ${ports.join(" or ")} is taken on 127.0.0.1; end what listens there, or keep the stores emulated with MASTODON_LOCAL_STORES=emulated`,
  );
}

/** Of a creation that was killed after its server had started. */
function knownAddress(home: string, id: string): string | undefined {
  const settings = readStore(storePaths(home, id))?.settings;
  return (
    postgresqlSettingsSchema.safeParse(settings).data?.address ?? valkeySettingsSchema.safeParse(settings).data?.address
  );
}

async function awake(home: string, id: string): Promise<{ readonly settings: unknown; readonly folder: string }> {
  const paths = storePaths(home, id);
  const record = readStore(paths);
  if (!record)
    throw new LocalCloudError(
      `the server ${id} is gone from ${paths.folder}; delete its database, or put the folder back`,
    );
  const { kind, title, settings } = record;
  if (runningPorts(home, id) === undefined && (kind === "postgresql" || kind === "valkey"))
    await startStore(home, { id, kind, title, settings });
  return { settings, folder: paths.data };
}

/** `15.18` of PostgreSQL, `Redis 7.0.15` of Redis, `Valkey 8.1.1` of Valkey. */
async function versionOf(program: "postgres" | "redis-server"): Promise<string> {
  const { output } = await run(await requiredProgram(program), ["--version"]);
  if (program === "postgres") return /\d+(?:\.\d+)+/.exec(output)?.[0] ?? "";
  return `${/valkey/i.test(output) ? "Valkey" : "Redis"} ${/v=([\d.]+)/.exec(output)?.[1] ?? ""}`;
}
