// A PostgreSQL with its PgBouncer as a supervised store.
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { writeAtomically } from "../../processes/files.ts";
import { ensureAuthority, ensureServerCertificate } from "../authority.ts";
import type { StoreKind, StoreProcess } from "../kinds.ts";
import { handOver } from "../ownership.ts";
import { requiredProgram, unprivilegedProcess } from "../programs.ts";
import { authorityFolder } from "../record.ts";
import { writePoolerFiles } from "../pgbouncer/files.ts";
import { answers } from "./client.ts";
import { connectionText, hostRules, serverConfiguration } from "./configuration.ts";
import { copyData, createData, primaryOf } from "./data.ts";
import { filesOf, type PostgresqlPlace, postgresqlSettingsSchema, type PostgresqlStore } from "./server.ts";

export const postgresql: StoreKind<PostgresqlStore> = {
  settings: postgresqlSettingsSchema,
  ports: () => [], // they listen on an address of their own, on the ports that the platform uses
  async prepare(place, report) {
    const { settings, folder, home } = place;
    await ensureServerCertificate(await ensureAuthority(authorityFolder(home)), folder, settings.address);
    await ensureData(place, report);
    writeServerFiles(place);
    const server = await serverProcess(place);
    if (settings.poolPort === undefined) return [server];
    writePoolerFiles(place);
    return [server, await poolerProcess(place)];
  },
  answers,
};

/** Makes the data in a draft, so that a server never starts on half of it. */
async function ensureData(place: PostgresqlPlace, report: (line: string) => void): Promise<void> {
  const { data } = filesOf(place);
  if (existsSync(data)) return;
  const draft = `${data}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  handOver(draft);
  if (place.settings.source === undefined) await createData(place, draft);
  else await copyData(place, draft, report);
  renameSync(draft, data);
}

function writeServerFiles(place: PostgresqlPlace): void {
  const { address, port, connections, source } = place.settings;
  const { data, rules, configuration, certificate, authority } = filesOf(place);
  const primary = source?.follow === true ? primaryOf(place) : undefined;
  const following = primary && {
    primary: connectionText({ ...primary, sslmode: "verify-full", sslrootcert: authority }),
  };
  writeAtomically(rules, hostRules());
  writeAtomically(
    configuration,
    serverConfiguration({ address, port, connections, certificate, data, rules, ...following }),
  );
  chmodSync(certificate.key, 0o600);
  handOver(rules, configuration, certificate.key, certificate.certificate);
}

async function serverProcess(place: PostgresqlPlace): Promise<StoreProcess> {
  const { data, configuration } = filesOf(place);
  const program = await requiredProgram("postgres");
  const process = unprivilegedProcess("postgres", [program, "-D", data, "-c", `config_file=${configuration}`]);
  return { ...process, stopSignal: "SIGINT" }; // SIGTERM would wait for every client to go
}

async function poolerProcess(place: PostgresqlPlace): Promise<StoreProcess> {
  return unprivilegedProcess("pgbouncer", [await requiredProgram("pgbouncer"), filesOf(place).pooler]);
}
