// The command `npm run dump -- <stack>`: every registration of a stack as JSON, without an engine, a cloud or a secret.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { readStackFile } from "../stack-file.ts";
import { SettingsError } from "../settings.ts";
import { withDummySecrets } from "./dummy-secrets.ts";
import { recordProgram } from "./record.ts";

const help = `Writes every registration of a stack to standard output, as a JSON array that is sorted by type and name.

  npm run -s dump -- <stack>              the stack whose settings are in Pulumi.<stack>.yaml
  npm run -s dump -- --settings FILE      the stack with the settings in FILE

Each entry has urn, type, name, custom (false for components), parent and provider (URNs), inputs, propertyDependencies and options.
Inputs are what a provider's Check is given. A secret stands in Pulumi's envelope, with a made-up text of the right form in it;
ids, addresses and keys that clouds would give are made up too. Encrypted settings are not decrypted, and missing secrets are filled in.
Nothing is started, asked or changed. (Without -s, npm writes two lines of its own before the array.)`;

const root = resolve(import.meta.dirname, "../..");

/** A mistake in the command line. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return print(help);
  const file = settingsFile(positionals, values.settings);
  const [project, stack] = [resolve(root, "Pulumi.yaml"), resolve(file)].map((path) => readFileSync(path, "utf8"));
  const raw = await withDummySecrets(readStackFile(project ?? "", stack ?? ""));
  const { requests } = await recordProgram(raw, /^Pulumi\.(.+)\.yaml$/.exec(basename(file))?.[1] ?? "dump");
  print(JSON.stringify(requests, undefined, 2));
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" }, settings: { type: "string" } },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; see npm run dump -- --help`);
  }
}

function settingsFile(names: readonly string[], given: string | undefined): string {
  if (given !== undefined) {
    if (names.length > 0) throw new UsageError(`give a stack or --settings, not both: ${names.join(" ")}`);
    if (!existsSync(given)) throw new UsageError(`--settings ${given}: there is no such file`);
    return given;
  }
  const [name, ...more] = names;
  const file = resolve(root, `Pulumi.${name}.yaml`);
  if (name === undefined || more.length > 0 || !existsSync(file)) {
    const said = names.length === 0 ? "no stack was named" : `there is no stack "${names.join(" ")}"`;
    throw new UsageError(`${said}; known are ${stacks().join(", ")}; or name a file with --settings FILE`);
  }
  return file;
}

function stacks(): string[] {
  return readdirSync(root)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .toSorted();
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

// A reader that leaves early (`| head`) is no mistake.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// What the SDK and the program have to say; standard output is for the array.
console.log = console.error;

try {
  await main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const forPeople = [UsageError, SettingsError, pulumi.RunError].some((kind) => error instanceof kind);
  console.error(forPeople ? error.message : (error.stack ?? error.message));
  process.exitCode = 1;
}
