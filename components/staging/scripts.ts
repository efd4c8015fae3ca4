// The scripts that the copying Job runs, read from the files beside this one.
import { textBeside } from "../text-beside.ts";

const script = (name: string) => textBeside(import.meta.url, `scripts/${name}`);

/** Ruby: from the bucket into the scratch folder. */
export const fetchScript = script("fetch.rb");

/** Shell: from the scratch folder into the database. */
export const restoreScript = script("restore.sh");

/** Ruby: migrates the copy, or tells what went wrong. */
export const finishScript = script("finish.rb");
