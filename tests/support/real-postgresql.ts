// A PostgreSQL server of Debian's in a temporary folder, where one is installed: reached through a socket, with no port of its own.
import { execFile } from "node:child_process";
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Folder of the newest installed server's programs; undefined where there is none. */
export const postgresqlPrograms = globSync("/usr/lib/postgresql/*/bin")
  .filter((folder) => existsSync(join(folder, "initdb")))
  .toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }))
  .at(-1);

/** PostgreSQL does not run as root. Everybody has this user. */
const nobody = 65_534;
const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

export interface RealPostgresql {
  /** What programs need in their environment to find the server. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs SQL and gives what it prints, without decoration. */
  readonly psql: (database: string, sql: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function startPostgresql(): Promise<RealPostgresql> {
  const folder = mkdtempSync(join(tmpdir(), "postgresql-"));
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
  const programs = postgresqlPrograms ?? "";
  const data = join(folder, "data");
  const options = { cwd: folder, ...identity };
  await run(join(programs, "initdb"), ["--pgdata", data, "--username=doadmin", "--auth=trust", "--no-sync"], options);
  const settings = `-c listen_addresses='' -c unix_socket_directories='${folder}' -c fsync=off`;
  const control = (...args: string[]) =>
    run(join(programs, "pg_ctl"), ["--pgdata", data, "-w", "-t", "180", ...args], options);
  await control("--options", settings, "--log", join(folder, "log"), "start");
  const environment = { PATH: `${programs}:${process.env["PATH"]}`, PGHOST: folder, PGUSER: "doadmin" };
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
