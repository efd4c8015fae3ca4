// A Valkey, or a Redis that speaks the same, as a supervised store.
import { mkdirSync } from "node:fs";
import { handOver } from "../ownership.ts";
import { writeAtomically } from "../../processes/files.ts";
import { ensureAuthority, ensureServerCertificate } from "../authority.ts";
import type { StoreKind } from "../kinds.ts";
import { requiredProgram, unprivilegedProcess } from "../programs.ts";
import { authorityFolder } from "../record.ts";
import { ensureSecret } from "../secrets.ts";
import { runCommand } from "./client.ts";
import { valkeyConfiguration } from "./configuration.ts";
import { filesOf, readParameters, type ValkeyPlace, valkeySettingsSchema, type ValkeyStore } from "./server.ts";

export const valkey: StoreKind<ValkeyStore> = {
  settings: valkeySettingsSchema,
  ports: () => [], // it listens on an address of its own, on the port that the platform uses
  async prepare(place) {
    const { settings, folder, home } = place;
    await ensureServerCertificate(await ensureAuthority(authorityFolder(home)), folder, settings.address);
    writeServerFiles(place);
    return [unprivilegedProcess("valkey", [await requiredProgram("redis-server"), filesOf(place).configuration])];
  },
  answers: async (place) => ((await runCommand(place, ["PING"])) === "PONG" ? true : undefined),
};

function writeServerFiles(place: ValkeyPlace): void {
  const { settings, folder } = place;
  const { data, configuration, certificate, authority } = filesOf(place);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const keeperPassword = ensureSecret(folder);
  const server = { ...settings, ...readParameters(folder), folder: data, certificate, authority, keeperPassword };
  writeAtomically(configuration, valkeyConfiguration(server));
  handOver(data, configuration, certificate.certificate, certificate.key);
}
