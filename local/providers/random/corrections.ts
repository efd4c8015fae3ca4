// What random's declarations do not show: its defaults. Nothing of it can be changed in place, so every input replaces.
// Source: schemas in terraform-provider-random, internal/provider/resource_*.go, read 2026-11-23.
import type { Corrections } from "../declared-types.ts";

const characters = {
  lower: true,
  upper: true,
  special: true,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
};

/** Corrections of a type, by its class name. */
export function correctionsOf(className: string): Corrections {
  return { replaces: "every input", defaults: defaults[className] ?? {} };
}

const defaults: Readonly<Record<string, Record<string, string | number | boolean>>> = {
  RandomPassword: characters,
  RandomPet: { length: 2, separator: "-" },
  RandomString: characters,
};
