// The data of a new PostgreSQL server: empty, or copied from another one that runs.
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../tools/run.ts";
import { unprivileged } from "../../../tools/unprivileged.ts";
import { LocalCloudError } from "../../errors.ts";
import { lastLines, writeAtomically } from "../../processes/files.ts";
import { requiredProgram } from "../programs.ts";
import { handOver } from "../ownership.ts";
import { readStore, storePaths } from "../record.ts";
import { ensureSecret, secretFile } from "../secrets.ts";
import { filesOf, type PostgresqlPlace, postgresqlSettingsSchema } from "./server.ts";
import { superuser } from "./statements.ts";

/** Locale of the data: every character is a letter where it is one, and sorting does not change with the system's libraries. */
const locale = process.platform === "linux" ? "C.UTF-8" : "en_US.UTF-8";

/** An empty server with its superuser. */
export async function createData(place: PostgresqlPlace, draft: string): Promise<void> {
  const passwordFile = join(place.folder, "password");
  writeAtomically(passwordFile, ensureSecret(place.folder));
  handOver(passwordFile);
  const options = [
    [`--pgdata=${draft}`, `--username=${superuser}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
    ["--encoding=UTF8", `--locale=${locale}`, "--data-checksums", "--no-sync", "--no-instructions"],
  ].flat();
  await asNobody(place, [await requiredProgram("initdb"), ...options]);
}

/** Copies a server that runs, as it is now; one that follows goes on from there. */
export async function copyData(place: PostgresqlPlace, draft: string, report: (line: string) => void): Promise<void> {
  const { host, port, user, password } = primaryOf(place);
  report(`Copying the data of ${sourceOf(place).title} ...`);
  const options = [`--pgdata=${draft}`, "--wal-method=stream", "--checkpoint=fast", "--no-sync"];
  await asNobody(place, [await requiredProgram("pg_basebackup"), ...options], {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: filesOf(place).authority,
  });
  copyFileSync(secretFile(sourceOf(place).folder), secretFile(place.folder)); // the superuser was copied too
  if (place.settings.source?.follow !== true) return;
  writeFileSync(join(draft, "standby.signal"), "");
  handOver(join(draft, "standby.signal"));
}

/** How the server that the data come from is reached. */
export function primaryOf(place: PostgresqlPlace): { host: string; port: number; user: string; password: string } {
  const { settings, folder } = sourceOf(place);
  return { host: settings.address, port: settings.port, user: superuser, password: ensureSecret(folder) };
}

function sourceOf({ settings: { source }, home }: PostgresqlPlace) {
  const paths = storePaths(home, source?.store ?? "");
  const record = readStore(paths);
  if (!record) throw new LocalCloudError(`there is no server ${source?.store ?? ""} to copy`);
  return { title: record.title, settings: postgresqlSettingsSchema.parse(record.settings), folder: paths.data };
}

async function asNobody(
  { folder }: PostgresqlPlace,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [program = "", ...args] = unprivileged(command);
  const log = join(folder, "preparation.log");
  const { code } = await run(program, args, { env: { LC_ALL: "C", ...env }, cwd: "/", log });
  if (code !== 0) throw new LocalCloudError(`PostgreSQL cannot be prepared; ${log} ends:\n${lastLines(log, 6)}`);
}
