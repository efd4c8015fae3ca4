// Texts of other languages that lie as files beside the code which sends them into the cluster.
import { readFileSync } from "node:fs";

/** @param from `import.meta.url` of the module beside which the file lies */
export function textBeside(from: string, path: string): string {
  return readFileSync(new URL(path, from), "utf8");
}
