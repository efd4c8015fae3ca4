// Makes `definitions.json` out of a KEDA release: see README.md beside it for the command.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** What only people read goes; the API server checks as much as before, and keeps as much: a field outside the schema would be dropped. */
function withoutDescriptions(value: unknown, inProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDescriptions(item));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(
    ([key, field]) => inProperties || key !== "description" || typeof field !== "string",
  );
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutDescriptions(field, key === "properties")]));
}

/** A ScaledJob holds a whole pod, whose schema would be nine tenths of the file. The stack has none, so its inside is left unchecked. */
function withOpenJobs(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, field: unknown) =>
    key === "jobTargetRef" ? { type: "object", "x-kubernetes-preserve-unknown-fields": true } : field,
  );
}

function main([folder]: readonly string[]): void {
  if (folder === undefined) throw new Error("usage: node generate.ts <KEDA's config/crd/bases>");
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file): unknown => parse(readFileSync(join(folder, file), "utf8")))
    .map((definition) => JSON.stringify(withOpenJobs(withoutDescriptions(definition))));
  writeFileSync(join(import.meta.dirname, "definitions.json"), `[\n${lines.join(",\n")}\n]\n`);
}

main(process.argv.slice(2));
