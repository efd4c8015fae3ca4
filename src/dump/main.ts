// The command `npm run dump -- <stack>`: every registration of a stack as JSON, without an engine, a cloud or a secret.
import * as pulumi from "@pulumi/pulumi";
import { print, readOptions, runCommand, stackOptions } from "../command-line.ts";
import { chooseStack } from "../stack-choice.ts";
import { withDummySecrets } from "./dummy-secrets.ts";
import { recordProgram } from "./record.ts";

const help = `Writes every registration of a stack to standard output, as a JSON array that is sorted by type and name.

  npm run -s dump -- <stack>              the stack whose settings are in Pulumi.<stack>.yaml
  npm run -s dump -- --settings FILE      the stack with the settings in FILE

Each entry has urn, type, name, custom (false for components), parent and provider (URNs), inputs, propertyDependencies and options.
Inputs are what a provider's Check is given. A secret stands in Pulumi's envelope, with a made-up text of the right form in it;
ids, addresses and keys that clouds would give are made up too. Encrypted settings are not decrypted, and missing secrets are filled in.
Nothing is started, asked or changed. (Without -s, npm writes two lines of its own before the array.)`;

async function main(): Promise<void> {
  const { values, positionals } = readOptions("dump", stackOptions);
  if (values.help) return print(help);
  const { raw, name = "dump" } = chooseStack(positionals, values.settings);
  const { requests } = await recordProgram(await withDummySecrets(raw), name);
  print(JSON.stringify(requests, undefined, 2));
}

// What the SDK and the program have to say; standard output is for the array.
console.log = console.error;

await runCommand(main, 1, (error) => (error instanceof pulumi.RunError ? error.message : undefined));
