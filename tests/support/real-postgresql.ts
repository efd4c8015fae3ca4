// A PostgreSQL server in a temporary folder: reached through a socket, with no port of its own.
import { execFile } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { storePrograms } from "../../tools/store-programs.ts";
import { isRoot, nobody, unprivileged } from "../../tools/unprivileged.ts";

const run = promisify(execFile);
const { initdb } = (await storePrograms()).programs;

/** Folder of the server's and the client's programs; undefined where there are none and none can be got. */
export const postgresqlPrograms = initdb === undefined ? undefined : dirname(initdb);

export interface RealPostgresql {
  /** What programs need in their environment to find the server. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs SQL and gives what it prints, without decoration. */
  readonly psql: (database: string, sql: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

interface PostgresqlOptions {
  /** Environment of a running server that it shall follow, instead of being new. */
  readonly standbyOf?: RealPostgresql["environment"];
  /** @default doadmin */
  readonly superuser?: string;
  /** Options for the server, which outdo its own. */
  readonly options?: readonly string[];
  /** Of its socket's name, and of its address where the options give it one. */
  readonly port?: string;
}

export async function startPostgresql({
  standbyOf,
  superuser = "doadmin",
  options = [],
  port = "5432",
}: PostgresqlOptions = {}): Promise<RealPostgresql> {
  const folder = mkdtempSync(join(tmpdir(), "postgresql-"));
  if (isRoot()) chownSync(folder, nobody.uid, nobody.gid); // PostgreSQL does not run as root
  const programs = postgresqlPrograms ?? "";
  const data = join(folder, "data");
  const asNobody = (name: string, ...args: string[]) => {
    const [program = name, ...rest] = unprivileged([join(programs, name), ...args]);
    return run(program, rest, { cwd: folder });
  };
  if (standbyOf === undefined)
    await asNobody("initdb", "--pgdata", data, `--username=${superuser}`, "--auth=trust", "--no-sync");
  else {
    const { PGHOST = "", PGUSER = "" } = standbyOf;
    const to = ["--pgdata", data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"];
    await asNobody("pg_basebackup", "--host", PGHOST, "--username", PGUSER, ...to);
  }
  const settings = `-c listen_addresses='' -c unix_socket_directories='${folder}' -c fsync=off -p ${port} ${options.join(" ")}`;
  const control = (...args: string[]) => asNobody("pg_ctl", "--pgdata", data, "-w", "-t", "180", ...args);
  await control("--options", settings, "--log", join(folder, "log"), "start");
  const environment = { PATH: `${programs}:${process.env["PATH"]}`, PGHOST: folder, PGPORT: port, PGUSER: superuser };
  return {
    environment,
    psql: async (database, sql) => {
      const args = ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql];
      const { stdout } = await run(join(programs, "psql"), args, { env: environment });
      return stdout.trim();
    },
    stop: async () => {
      await control("--mode=immediate", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
