// The scripts that the copying Job runs, read from the files beside this one.
import { readFileSync } from "node:fs";

function script(name: string): string {
  return readFileSync(new URL(`scripts/${name}`, import.meta.url), "utf8");
}

/** Ruby: from the bucket into the scratch folder. */
export const fetchScript = script("fetch.rb");

/** Shell: from the scratch folder into the database. */
export const restoreScript = script("restore.sh");

/** Ruby: migrates the copy, or tells what went wrong. */
export const finishScript = script("finish.rb");
