// Turns what zod found into lines for a person: path, value, what is allowed.
import { z } from "zod";
import type { Problem } from "../components/problem.ts";
import { fieldOf, isRecord, valueAt } from "./plain.ts";

/** Problems of one section, with paths that begin with its key. */
export function schemaProblems(schema: z.ZodType, key: string, error: z.ZodError, input: unknown): Problem[] {
  return error.issues.flatMap((issue) => issueProblems(schema, key, issue, input));
}

function issueProblems(schema: z.ZodType, key: string, issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = [key, ...issue.path.map(String)].join(".");
  if (issue.code === "unrecognized_keys") {
    const allowed = allowedKeys(schema, issue.path).toSorted();
    return issue.keys.map((name) => ({
      path: `${path}.${name}`,
      message: `is not a setting; ${allowed.length > 0 ? `allowed here: ${allowed.join(", ")}` : "nothing is allowed here"}`,
    }));
  }
  if (issue.code === "invalid_key") {
    const message = issue.issues.map((inner) => inner.message).join("; ");
    return [{ path, message: `has a name that is not allowed: it ${message}` }];
  }
  // A rule inside a section may name what is wrong better than its path does: one queue instead of all groups, nothing for a secret.
  if (issue.code === "custom" && issue.params && "shown" in issue.params) {
    const { shown } = issue.params;
    return [{ path, ...(shown === undefined ? {} : { value: shown }), message: issue.message }];
  }
  const value = key === "secrets" ? undefined : valueAt(input, issue.path);
  if (value === undefined && key !== "secrets") return [{ path, message: `is missing: ${issue.message}` }];
  return [{ path, ...(value === undefined ? {} : { value }), message: issue.message }];
}

/** The keys that the object at `path` may have, read from the schema's JSON form. */
function allowedKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const root: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const node = path.reduce<unknown>((parent, key) => {
    if (typeof key === "number") return fieldOf(parent, "items");
    return fieldOf(fieldOf(parent, "properties"), key) ?? fieldOf(parent, "additionalProperties");
  }, root);
  const properties = fieldOf(node, "properties");
  return isRecord(properties) ? Object.keys(properties) : [];
}

/** Tokens and private keys that say by their first letters what they are: age, DigitalOcean, Tailscale, Slack, PEM. */
const secretForms = /(AGE-SECRET-KEY-|do[opr]_v1_|tskey-[a-z]+-|xox[abprs]-|-----BEGIN [A-Z ]*PRIVATE KEY-----)[^"]*/gi;

/** `mastodon:network.ipRange: "10.0.0.1" must be …`. A secret that was put where none belongs is not shown to whoever reads the log. */
export function problemLine({ path, value, message }: Problem): string {
  const shown = value === undefined ? "" : ` ${JSON.stringify(value).replaceAll(secretForms, "$1…")}`;
  return `mastodon:${path}:${shown} ${message}`;
}
