// What a setting must be, in plain words, wherever its schema has no words of its own.
import type { z } from "zod";

const kinds: Readonly<Record<string, string>> = {
  array: "must be a list",
  boolean: "must be true or false, without quotation marks",
  int: "must be a whole number",
  number: "must be a number",
  object: "must be a group of settings, each on a line of its own",
  record: "must be a group of entries, each with its name",
  string: "must be a text; put it in quotation marks",
};

const units: Readonly<Record<string, string>> = { array: " entries", string: " characters" };

/** In place of zod's own words, such as `Invalid input: expected number, received string`; those of a schema come first. */
export function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type") return kinds[issue.expected];
  if (issue.code === "too_small") {
    return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${units[issue.origin] ?? ""}`;
  }
  if (issue.code === "too_big") {
    return `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${units[issue.origin] ?? ""}`;
  }
  return undefined;
}
