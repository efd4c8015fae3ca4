// The tailnet's policy file as text: HuJSON is JSON with comments and trailing commas.
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import type { Value } from "../contract.ts";
import { canonical } from "../shared/diff.ts";

/** Reads HuJSON. Gives the value, or what is wrong and in which line. */
export function parsePolicy(text: string): { value: Value } | { reason: string } {
  const errors: ParseError[] = [];
  const value: Value | undefined = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (!first && value !== undefined) return { value };
  if (!first) return { reason: "must be a policy in HuJSON, and is empty" };
  const before = text.slice(0, first.offset).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return { reason: `must be HuJSON; ${place}: ${printParseErrorCode(first.error)}` };
}

/** True when two policy texts say the same, apart from comments, white space and the order of keys. */
export function samePolicy(old: Value, now: Value): boolean {
  if (typeof old !== "string" || typeof now !== "string") return old === now;
  const [left, right] = [parsePolicy(old), parsePolicy(now)];
  return "value" in left && "value" in right && canonical(left.value) === canonical(right.value);
}
