// Files that other processes read while they are written: replaced as a whole, readable by their owner only.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { z } from "zod";

/** Replaces a file in one step, so a reader sees the old or the new content and never half of it. */
export function writeAtomically(path: string, content: string): void {
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path);
}

export function writeJson(path: string, value: unknown): void {
  writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The file's text, or nothing when there is no such file. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The file's content, or nothing when it is missing or not what this version writes. */
export function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Stack traces in one line of JSON help nobody at a terminal. */
const longestLine = 240;

/** The last lines of a log, for error messages. */
export function lastLines(path: string, count: number): string {
  const lines = (readText(path) ?? "").trimEnd().split("\n");
  return lines
    .slice(-count)
    .map((line) => `    ${line.length > longestLine ? `${line.slice(0, longestLine)} ...` : line}`)
    .join("\n");
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
