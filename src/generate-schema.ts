// Writes the generated JSON Schemas: `npm run generate` after a change of settings or outputs.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { generatedFiles } from "./json-schemas.ts";

const root = resolve(import.meta.dirname, "..");
for (const { path, text } of generatedFiles()) {
  writeFileSync(resolve(root, path), text);
  console.log(path);
}
