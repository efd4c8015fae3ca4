// Judges the type of one scalar, and turns it into the wanted type where the real plugin would.
import type { Bridge, ScalarType, Value } from "../contract.ts";
import { isObject, show } from "./values.ts";

/** The value in its wanted type, or what is wrong. */
export type Coerced = { readonly value: Value } | { readonly reason: string };

// Go's strconv.ParseBool accepts exactly these; the bridge passes text through it.
const booleanTexts = new Map([
  ...["1", "t", "T", "true", "TRUE", "True"].map((key) => [key, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((key) => [key, false] as const),
]);

const wanted: Record<Exclude<ScalarType, "Any">, string> = {
  String: "text",
  Int: "a whole number",
  Float: "a number",
  Bool: "true or false",
  Asset: "an asset or archive",
};

/** Judges a scalar. Bridges over the older SDK convert between text and numbers, the newer framework does not. */
export function coerceScalar(type: ScalarType, value: Value, bridge: Bridge): Coerced {
  if (type === "Any") return { value };
  const coerced = bridge === "sdkv2" ? loosely(type, value) : strictly(type, value);
  return coerced === undefined ? { reason: `must be ${wanted[type]}, not ${show(value)}` } : { value: coerced };
}

const isOfType: Record<Exclude<ScalarType, "Any">, (value: Value) => boolean> = {
  String: (value) => typeof value === "string",
  Bool: (value) => typeof value === "boolean",
  Int: (value) => Number.isInteger(value),
  Float: (value) => typeof value === "number",
  Asset: isObject,
};

function strictly(type: Exclude<ScalarType, "Any">, value: Value): Value | undefined {
  return isOfType[type](value) ? value : undefined;
}

function loosely(type: Exclude<ScalarType, "Any">, value: Value): Value | undefined {
  const strict = strictly(type, value);
  if (strict !== undefined) return strict;
  if (type === "String") return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
  if (typeof value !== "string") return undefined;
  if (type === "Bool") return booleanTexts.get(value);
  if (type === "Int") return wholeNumber(value);
  if (type === "Float") return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : undefined;
  return undefined;
}

/** Go's strconv.ParseInt with base 0, through which the bridge passes text: also 0x1f, 0b11, 0o17 and 017. */
function wholeNumber(text: string): number | undefined {
  const [, sign, digits] = /^([+-]?)(0x[\da-f]+|0b[01]+|0o?[0-7]+|0|[1-9]\d*)$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const size = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return sign === "-" ? -size : size;
}
