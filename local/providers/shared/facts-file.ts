// Reads a provider's `facts.json`: property facts by type token, with their source and licence beside them.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Facts } from "../contract.ts";

interface FactsFile {
  readonly resources: Readonly<Record<string, Facts>>;
}

/** All facts of the provider whose folder this is, by type token. */
export function readFacts(folder: string): Readonly<Record<string, Facts>> {
  const { resources }: FactsFile = JSON.parse(readFileSync(resolve(folder, "facts.json"), "utf8"));
  return resources;
}
