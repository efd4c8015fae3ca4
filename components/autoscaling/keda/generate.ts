// Makes `definitions.json` out of a KEDA release: see README.md beside it for the command.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { withoutDescriptions } from "../../kubernetes/without-descriptions.ts";

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
