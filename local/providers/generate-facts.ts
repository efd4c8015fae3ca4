// Generates `<package>/facts.json`: which properties every emulated aws, random and tls type has, read from the
// installed packages' own declarations. Run `node local/providers/generate-facts.ts` after a package has a new version.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PackageDeclarations } from "./generate/declarations.ts";
import { factsText } from "./generate/facts-text.ts";
import { type WantedPackage, wantedPackages } from "./generate/wanted-types.ts";

/** Path of the committed facts of a package. */
export function factsFile(packageName: string): string {
  return join(import.meta.dirname, packageName, "facts.json");
}

/** The text that the committed facts file of a package should hold. */
export function generateFacts(wanted: WantedPackage): string {
  const manifest = createRequire(import.meta.url).resolve(`@pulumi/${wanted.name}/package.json`);
  const declared = new PackageDeclarations(dirname(manifest));
  const resources = wanted.resources.map((path) => declared.resource(path));
  const functions = wanted.functions.map((path) => declared.function(path));
  const facts = {
    source: sourceNote(manifest),
    provider: declared.providerSettings(),
    resources: Object.fromEntries(resources.map(({ token, properties }) => [token, { properties }])),
    functions: Object.fromEntries(functions.map(({ token, inputs }) => [token, { inputs }])),
  };
  return `${factsText(facts, 4)}\n`;
}

function sourceNote(manifest: string): Record<string, string> {
  const { name, version, license }: Record<string, string> = JSON.parse(readFileSync(manifest, "utf8"));
  return { generatedBy: "local/providers/generate-facts.ts", package: `${name} ${version}`, licence: `${license}` };
}

if (import.meta.main) {
  for (const wanted of wantedPackages) {
    const text = generateFacts(wanted);
    writeFileSync(factsFile(wanted.name), text);
    console.log(`${factsFile(wanted.name)}: ${text.length} bytes`);
  }
}
