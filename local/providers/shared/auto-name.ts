// Gives a name to what the program left unnamed, and remembers that it was given.
import { createHash, randomBytes } from "node:crypto";
import type { Properties, ResourceType } from "../contract.ts";
import { isAbsent } from "./values.ts";

/** Where Pulumi's own keys record which inputs were filled in by the plugin. */
const defaultsKey = "__defaults";

/** What a generated name is made of. */
export interface NameSource {
  /** Last part of the URN. */
  readonly name: string;
  /** From the engine: equal for preview and update. Empty for a random one. */
  readonly seed: Uint8Array;
  readonly oldInputs: Properties;
}

/** Pulumi puts seven hexadecimal digits behind a generated name. */
const suffixLength = 7;

/** Adds the name if the type wants one and none is given. A name that the resource already has is kept. */
export function withName(type: ResourceType, inputs: Properties, source: NameSource): Properties {
  const rule = type.autoName;
  if (!rule || !isAbsent(inputs[rule.property])) return inputs;
  const old = source.oldInputs[rule.property];
  const name = isAbsent(old) ? generatedName(rule, source) : old;
  return { ...inputs, [rule.property]: name, [defaultsKey]: [rule.property] };
}

function generatedName(rule: NonNullable<ResourceType["autoName"]>, { name, seed }: NameSource): string {
  const separator = rule.separator ?? "-";
  const room = (rule.maxLength ?? 255) - separator.length - suffixLength;
  const stem = rule.lowercase ? name.toLowerCase() : name;
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).update(name).digest() : randomBytes(suffixLength);
  return `${stem.slice(0, room)}${separator}${bytes.toString("hex").slice(0, suffixLength)}`;
}

/** True when the name was given by hand: then a successor cannot be made while the old object holds the name. */
export function nameIsExplicit(type: ResourceType, inputs: Properties): boolean {
  if (!type.autoName) return false;
  const defaults = inputs[defaultsKey];
  return !(Array.isArray(defaults) && defaults.includes(type.autoName.property));
}
