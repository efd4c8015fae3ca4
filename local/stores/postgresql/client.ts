// Runs SQL on a store's PostgreSQL and its PgBouncer, as the superuser that only the local cloud knows.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { LocalCloudError } from "../../errors.ts";
import { requiredProgram } from "../programs.ts";
import { ensureSecret } from "../secrets.ts";
import { filesOf, type PostgresqlPlace } from "./server.ts";
import { superuser } from "./statements.ts";

/** PgBouncer's own database for its administrator. */
const poolerConsole = "pgbouncer";

/**
 * Runs statements, each by itself, and gives what they print, without decoration.
 * @throws LocalCloudError with the server's message at the first one that fails.
 */
export async function runSql(place: PostgresqlPlace, statements: string, database = "postgres"): Promise<string> {
  return psql(place, { port: place.settings.port, database, statements });
}

/** Lets PgBouncer read its files again. */
export async function reloadPooler(place: PostgresqlPlace): Promise<void> {
  const { poolPort } = place.settings;
  if (poolPort !== undefined) await psql(place, { port: poolPort, database: poolerConsole, statements: "RELOAD;" });
}

/** True when the server, and the pooler if there is one, take logins. */
export async function answers(place: PostgresqlPlace): Promise<true | undefined> {
  const { poolPort } = place.settings;
  try {
    await runSql(place, "SELECT 1;");
    if (poolPort !== undefined)
      await psql(place, { port: poolPort, database: poolerConsole, statements: "SHOW VERSION;" });
    return true;
  } catch (error) {
    if (error instanceof LocalCloudError) return undefined;
    throw error;
  }
}

async function psql(
  place: PostgresqlPlace,
  { port, database, statements }: { readonly port: number; readonly database: string; readonly statements: string },
): Promise<string> {
  const program = await requiredProgram("psql");
  // Statements come through standard input and the password through the environment: command lines are seen by everybody.
  const child = spawn(program, ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1"], {
    env: {
      PATH: process.env["PATH"],
      PGHOST: place.settings.address,
      PGPORT: String(port),
      PGUSER: superuser,
      PGDATABASE: database,
      PGPASSWORD: ensureSecret(place.folder),
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: filesOf(place).authority,
      PGCONNECT_TIMEOUT: "10",
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined); // it ended before it read; its exit code tells
  child.stdin.end(statements);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [output, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0) return output.trim();
  throw new LocalCloudError(
    `PostgreSQL of the local cloud refuses: ${complaint.trim().replace(/^psql:<stdin>:\d+: /, "")}`,
  );
}
