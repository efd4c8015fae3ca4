// The stack file as it is written, where it can be found: only there is it seen whether a secret was left unencrypted.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fieldOf } from "./plain.ts";
import { Secret } from "./secret.ts";
import { readStackFile, type RawSettings } from "./stack-file.ts";

/**
 * Settings as the stack file has them, with encrypted leaves as secrets that cannot be read. Empty when the project's folder holds
 * no such file: it may have been named with `--config-file`.
 * @param root folder of `Pulumi.yaml`
 */
export function writtenSettings(root: string, stack: string): RawSettings {
  const [project, file] = [resolve(root, "Pulumi.yaml"), resolve(root, `Pulumi.${stack}.yaml`)];
  if (!existsSync(project) || !existsSync(file)) return {};
  return readStackFile(readFileSync(project, "utf8"), readFileSync(file, "utf8"));
}

/**
 * Puts the decrypted texts of `value` into secrets, except those that are written in plain text: they stay texts, which the schema
 * refuses. Pulumi itself tells only of a whole key whether something in it is secret (pulumi/pulumi 7127).
 */
export function withSecrets(value: unknown, written: unknown): unknown {
  if (typeof value === "string") return typeof written === "string" ? value : new Secret(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => withSecrets(item, fieldOf(written, index)));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, withSecrets(field, fieldOf(written, key))]),
  );
}
