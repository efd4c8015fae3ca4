// Reads the settings out of a project file and a stack file, as Pulumi does, without Pulumi: for checks that start nothing.
import { parse } from "yaml";
import { isRecord } from "./plain.ts";
import { Secret } from "./secret.ts";

/** Raw settings by key, without the project's name before it. */
export type RawSettings = Record<string, unknown>;

/**
 * Merges the defaults of `Pulumi.yaml` with a stack's own settings.
 * @param projectYaml text of `Pulumi.yaml`
 * @param stackYaml text of `Pulumi.<stack>.yaml`; a `{ secure: ... }` leaf becomes a {@link Secret} whose text is not known
 * @returns the settings of the project's namespace, to be given to `parseSettings`
 */
export function readStackFile(projectYaml: string, stackYaml: string): RawSettings {
  const project = asRecord(parse(projectYaml));
  const namespace = String(project["name"]);
  const defaults = Object.entries(asRecord(project["config"])).map(
    ([key, declared]) => [key, defaultOf(declared)] as const,
  );
  const own = Object.entries(asRecord(asRecord(parse(stackYaml))["config"]));
  const settings: RawSettings = {};
  for (const [key, value] of [...defaults, ...own]) {
    const [prefix, name] = splitKey(key, namespace);
    if (prefix === namespace && value !== undefined) settings[name] = withSecrets(value);
  }
  return settings;
}

/** A declaration in `Pulumi.yaml` is either the value itself or an object that holds it. */
function defaultOf(declared: unknown): unknown {
  const fields = asRecord(declared);
  return "value" in fields ? fields["value"] : "default" in fields ? fields["default"] : undefined;
}

function splitKey(key: string, namespace: string): readonly [string, string] {
  const colon = key.indexOf(":");
  return colon < 0 ? [namespace, key] : [key.slice(0, colon), key.slice(colon + 1)];
}

function withSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecrets);
  if (!isRecord(value)) return value;
  const fields = Object.entries(value);
  if (fields.length === 1 && fields[0]?.[0] === "secure") return new Secret();
  return Object.fromEntries(fields.map(([key, field]) => [key, withSecrets(field)]));
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
