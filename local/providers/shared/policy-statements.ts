// Reads access policies, which Amazon and Spaces write alike.
import type { Value } from "../contract.ts";
import { plain } from "../plain.ts";
import { isObject, type ObjectValue } from "./values.ts";

/** The statements of a policy given as an object or as text; none when it cannot be read. */
export function statementsOf(value: Value | undefined): ObjectValue[] {
  const document = value === undefined ? undefined : documentOf(value);
  const statement = document?.["Statement"];
  return (Array.isArray(statement) ? statement : [statement ?? null]).filter(isObject);
}

/** A policy given as an object or as text; an empty one when it cannot be read. */
export function documentOf(value: Value): ObjectValue {
  if (isObject(value)) return value;
  try {
    const parsed: Value = JSON.parse(plain(value));
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
