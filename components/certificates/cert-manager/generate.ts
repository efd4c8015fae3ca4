// Makes `manifests.json` out of a cert-manager release: see README.md beside it for the two commands.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { withoutDescriptions } from "../../kubernetes/without-descriptions.ts";

function main([rendered, crds]: readonly string[]): void {
  if (rendered === undefined || crds === undefined)
    throw new Error("usage: node generate.ts <rendered manifests> <folder with the definitions>");
  const definitions = readdirSync(crds)
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file): unknown => parse(readFileSync(join(crds, file), "utf8")));
  const objects = parseAllDocuments(readFileSync(rendered, "utf8"))
    .map((document): unknown => document.toJS())
    .filter((object) => object !== null);
  const lines = [...definitions, ...objects].map((object) => JSON.stringify(withoutDescriptions(object)));
  writeFileSync(join(import.meta.dirname, "manifests.json"), `[\n${lines.join(",\n")}\n]\n`);
}

main(process.argv.slice(2));
