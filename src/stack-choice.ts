// Which stack a command line means: one of the Pulumi.<stack>.yaml files, or a file of the caller's.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type RawSettings, readStackFile } from "./stack-file.ts";

const root = resolve(import.meta.dirname, "..");

/** A mistake in the command line. */
export class UsageError extends Error {}

export interface ChosenStack {
  readonly raw: RawSettings;
  /** Its name, or undefined for a file that is not called Pulumi.<stack>.yaml. */
  readonly name: string | undefined;
}

/**
 * @param names words of the command line that are no options
 * @param given value of `--settings`
 * @throws UsageError which says what is allowed
 */
export function chooseStack(names: readonly string[], given: string | undefined): ChosenStack {
  const file = settingsFile(names, given);
  const [project, stack] = [resolve(root, "Pulumi.yaml"), resolve(file)].map((path) => readFileSync(path, "utf8"));
  return { raw: readStackFile(project ?? "", stack ?? ""), name: /^Pulumi\.(.+)\.yaml$/.exec(basename(file))?.[1] };
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
