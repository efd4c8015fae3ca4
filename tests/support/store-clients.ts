// psql and redis-cli as people use them on a store's outputs.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Properties } from "../../local/providers/contract.ts";
import { number, text } from "../../local/providers/shared/values.ts";
import { storePath, storePrograms } from "../../tools/store-programs.ts";

const run = promisify(execFile);

/** Why the clients or servers of databases are not here; nothing when they are. */
export async function missingStores(): Promise<string | undefined> {
  const { missing } = await storePrograms();
  return [missing.postgres, missing.pgbouncer, missing["redis-server"]].find((reason) => reason !== undefined);
}

export interface Login {
  /** `host` and `port` of a cluster or a pool. */
  readonly at: Properties;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** File with the certificate of the authority. */
  readonly authority: string;
  /** @default verify-full */
  readonly sslmode?: string;
}

/** What the statements print, without decoration; what the server complains of is the error's message. */
export async function psql({ at, ...login }: Login, ...statements: readonly string[]): Promise<string> {
  const { programs } = await storePrograms();
  const options = ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", ...statements.flatMap((statement) => ["-c", statement])];
  const { stdout } = await run(programs.psql ?? "psql", options, {
    env: {
      PATH: storePath(await storePrograms()),
      PGHOST: text(at, "host") ?? "",
      PGPORT: String(number(at, "port")),
      PGUSER: login.user,
      PGPASSWORD: login.password,
      PGDATABASE: login.database,
      PGSSLMODE: login.sslmode ?? "verify-full",
      PGSSLROOTCERT: login.authority,
    },
  });
  return stdout.trim();
}

/** What the server answers to a command, an error too. */
export async function redisCli(uri: string, authority: string, ...command: readonly string[]): Promise<string> {
  const { programs } = await storePrograms();
  const options = ["-u", uri, "--cacert", authority, "--no-auth-warning", ...command];
  const { stdout, stderr } = await run(programs["redis-cli"] ?? "redis-cli", options);
  return `${stdout}${stderr}`.trim();
}
