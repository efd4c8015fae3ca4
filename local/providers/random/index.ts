// The emulated `random` package: real random values, kept with Pulumi's state and nowhere else.
import { join } from "node:path";
import type { Hooks, ProviderDefinition, ResourceType } from "../contract.ts";
import { type Behaviour, between, declaredType, readDeclaredPackage } from "../declared-types.ts";
import { characterFailures } from "./characters.ts";
import { correctionsOf } from "./corrections.ts";
import { withImport } from "./imports.ts";
import { password } from "./password.ts";
import { bytes, characters, identifier, integer, pet, shuffle, uuid4, uuid7 } from "./values.ts";

const declared = readDeclaredPackage(join(import.meta.dirname, "facts.json"));

const minimums = {
  length: between(1),
  minLower: between(0),
  minNumeric: between(0),
  minSpecial: between(0),
  minUpper: between(0),
};

const behaviours: Readonly<Record<string, Behaviour & { hooks: Hooks }>> = {
  RandomBytes: { hooks: bytes, rules: { length: between(1) } },
  RandomId: { hooks: identifier, rules: { byteLength: between(1) } },
  RandomInteger: { hooks: integer, check: rangeFailures },
  RandomPassword: { hooks: password, rules: minimums, check: characterFailures },
  RandomPet: { hooks: pet, rules: { length: between(1) } },
  RandomShuffle: { hooks: shuffle, rules: { resultCount: between(0) } },
  RandomString: { hooks: characters, rules: minimums, check: characterFailures },
  RandomUuid: { hooks: uuid4 },
  RandomUuid4: { hooks: uuid4 },
  RandomUuid7: { hooks: uuid7 },
};

function rangeFailures(inputs: Record<string, unknown>) {
  const { min, max } = inputs;
  if (typeof min !== "number" || typeof max !== "number" || min <= max) return [];
  return [{ property: "min", reason: `min ${min} is greater than max ${max}; give a min that is at most max` }];
}

const types = new Map<string, ResourceType>(
  Object.entries(declared.resources).map(([token, { properties }]) => {
    const className = token.split(":")[2]!;
    const behaviour = behaviours[className];
    if (!behaviour) throw new Error(`${token} has facts but no behaviour: give it one in local/providers/random`);
    const hooks = withImport(className, behaviour.hooks);
    return [token, declaredType(token, properties, correctionsOf(className), { ...behaviour, hooks, stored: false })];
  }),
);

/** The `random` package of the local cloud. */
export const provider: ProviderDefinition = {
  package: "random",
  npm: "@pulumi/random",
  bridge: "framework",
  config: { facts: {} },
  credentials: () => "random",
  tokens: () => [...types.keys()],
  resource: (token) => types.get(token),
  functions: {},
};
