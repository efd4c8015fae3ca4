// HuJSON, the language of policy files: JSON with comments and trailing commas.
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import type { z } from "zod";

type Json = z.core.util.JSONType;

/** Reads HuJSON. Gives the value, or what is wrong and in which line. */
export function parseHujson(text: string): { readonly value: Json } | { readonly reason: string } {
  const errors: ParseError[] = [];
  const value: Json | undefined = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (!first && value !== undefined) return { value };
  if (!first) return { reason: "must be a policy in HuJSON, and is empty" };
  const before = text.slice(0, first.offset).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return { reason: `must be HuJSON; ${place}: ${printParseErrorCode(first.error)}` };
}
