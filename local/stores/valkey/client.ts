// Speaks to a store's Valkey as the user that only the local cloud knows.
import { run } from "../../../tools/run.ts";
import { requiredProgram } from "../programs.ts";
import { ensureSecret } from "../secrets.ts";
import { keeper } from "./configuration.ts";
import { filesOf, type ValkeyPlace } from "./server.ts";

/** What the server answers; an error is told in words too. */
export async function runCommand(place: ValkeyPlace, command: readonly string[]): Promise<string> {
  const { address, port } = place.settings;
  const at = ["-h", address, "-p", String(port), "--tls", "--cacert", filesOf(place).authority, "--user", keeper];
  const { output } = await run(await requiredProgram("redis-cli"), [...at, "--no-auth-warning", ...command], {
    env: { REDISCLI_AUTH: ensureSecret(place.folder) },
    timeoutSeconds: 10,
  });
  return output.trim();
}
