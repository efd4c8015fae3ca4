// The command `npm run backup-state -- <stack>`: puts a copy of Pulumi's state into the backups bucket.
import { parseArgs } from "node:util";
import { readChosen, spacesAccess } from "../restore/chosen.ts";
import { pulumiCli } from "../restore/pulumi.ts";
import { openStore } from "../restore/store.ts";
import { SettingsError } from "../settings.ts";
import { UsageError } from "../stack-choice.ts";
import { backUpState } from "./backup-state.ts";

const help = `Copies Pulumi's state into the backups bucket as state/<time>.json.zst.age. Run it after each \`pulumi up\`, in CI too.

  npm run -s backup-state -- <stack>              the stack whose settings are in Pulumi.<stack>.yaml
  npm run -s backup-state -- --settings FILE --stack NAME

It needs what \`pulumi up\` needs: \`pulumi\` on the PATH, a login to the state's backend and the passphrase. The secrets in the state stay
encrypted, and the whole is closed to backups.recipients besides (escrow.recipients where there are none). It is written with the operator's
Spaces key. Who has a private key opens a copy with: age --decrypt --identity FILE state.json.zst.age | zstd --decompress`;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" }, settings: { type: "string" }, stack: { type: "string" } },
    });
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}; see npm run backup-state -- --help`,
    );
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return console.log(help);
  const chosen = await readChosen(positionals, values.settings, values.stack);
  const pulumi = pulumiCli(chosen.stack, values.settings);
  const store = openStore(await spacesAccess(chosen, "backups", pulumi, await pulumi.outputs()));
  const { backups, escrow } = chosen.settings;
  const recipients = backups.recipients.length > 0 ? backups.recipients : escrow.recipients;
  const { key, bytes, resources } = await backUpState(await pulumi.exportState(), recipients, store, new Date());
  console.log(`${key}: ${resources} resources, ${bytes} bytes`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError || error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
