// The command `npm run backup-state -- <stack>`: puts a copy of Pulumi's state into the backups bucket.
import { print, readOptions, runCommand, stackOptions } from "../command-line.ts";
import { readChosen, spacesAccess } from "../restore/chosen.ts";
import { pulumiCli } from "../restore/pulumi.ts";
import { openStore } from "../restore/store.ts";
import { backUpState } from "./backup-state.ts";

const help = `Copies Pulumi's state into the backups bucket as state/<time>.json.zst.age. Run it after each \`pulumi up\`, in CI too.

  npm run -s backup-state -- <stack>              the stack whose settings are in Pulumi.<stack>.yaml
  npm run -s backup-state -- --settings FILE --stack NAME

It needs what \`pulumi up\` needs: \`pulumi\` on the PATH, a login to the state's backend and the passphrase. The secrets in the state stay
encrypted, and the whole is closed to backups.recipients besides (escrow.recipients where there are none). It is written with the operator's
Spaces key. Who has a private key opens a copy with: age --decrypt --identity FILE state.json.zst.age | zstd --decompress`;

async function main(): Promise<void> {
  const { values, positionals } = readOptions("backup-state", { ...stackOptions, stack: { type: "string" } });
  if (values.help) return print(help);
  const chosen = await readChosen(positionals, values.settings, values.stack);
  const pulumi = pulumiCli(chosen.stack, values.settings);
  const store = openStore(await spacesAccess(chosen, "backups", pulumi, await pulumi.outputs()));
  const { backups, escrow } = chosen.settings;
  const recipients = backups.recipients.length > 0 ? backups.recipients : escrow.recipients;
  const { key, bytes, resources } = await backUpState(await pulumi.exportState(), recipients, store, new Date());
  print(`${key}: ${resources} resources, ${bytes} bytes`);
}

await runCommand(main, 1);
