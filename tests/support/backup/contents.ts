// What a bucket or folder holds, as plain text by key: to fill it, and to look at it afterwards.
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Bench } from "./bench.ts";

export type Contents = Readonly<Record<string, string>>;

/** Adds or overwrites objects. `place` is rclone's, for example `MEDIA:media`. */
export async function fill({ command, folder }: Bench, place: string, contents: Contents): Promise<void> {
  const from = mkdtempSync(join(folder, "fill-"));
  for (const [key, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(from, key)), { recursive: true });
    writeFileSync(join(from, key), text);
  }
  await command("rclone", "copy", "--checksum", from, place);
  rmSync(from, { recursive: true });
}

/** Everything under a place, or nothing where there is no such place. */
export async function contentsOf({ command, folder }: Bench, place: string): Promise<Contents> {
  const to = mkdtempSync(join(folder, "look-"));
  await command("rclone", "copy", place, to);
  const contents = filesIn(to);
  rmSync(to, { recursive: true });
  return contents;
}

/** The same of a folder of this machine. */
export function filesIn(folder: string): Contents {
  const files = globSync("**", { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}

/** Only the keys. */
export async function keysOf({ command }: Bench, place: string): Promise<readonly string[]> {
  const listed = await command("rclone", "lsf", "--recursive", "--files-only", place);
  return listed
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();
}
