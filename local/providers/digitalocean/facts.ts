// Property facts of DigitalOcean's resource types: read from the real plugin v4.76.0, plus what the installed package added since.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Facts } from "../contract.ts";

interface FactsFile {
  readonly resources: Readonly<Record<string, Facts>>;
}

/** All facts, by type token. */
export function loadFacts(): Readonly<Record<string, Facts>> {
  const { resources }: FactsFile = JSON.parse(readFileSync(resolve(import.meta.dirname, "facts.json"), "utf8"));
  return resources;
}
