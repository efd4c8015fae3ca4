// The version that a plugin reports: the one of the installed npm package, so that the engine finds them matching.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Version of an installed package, for example `4.80.1`. */
export function packageVersion(npm: string): string {
  const manifest = resolve(import.meta.dirname, "../../node_modules", npm, "package.json");
  const { version }: { version?: string } = JSON.parse(readFileSync(manifest, "utf8"));
  if (!version) throw new Error(`${manifest} states no version; run npm install`);
  return version.replace(/^v/, "");
}
