// Value rules that many types share. Each gives a rule that returns what is wrong with a value, and what is allowed.
import type { Value, ValueRule } from "../contract.ts";
import { show } from "./values.ts";

/** One of a fixed set of texts. */
export function oneOf(...allowed: readonly string[]): ValueRule {
  return (value) =>
    typeof value === "string" && allowed.includes(value)
      ? undefined
      : `must be one of ${allowed.map((text) => (text === "" ? '""' : text)).join(", ")}, not ${show(value)}`;
}

/** One of a fixed set of texts, in any case. */
export function oneOfAnyCase(...allowed: readonly string[]): ValueRule {
  const rule = oneOf(...allowed.map((text) => text.toLowerCase()));
  return (value) => (typeof value === "string" ? rule(value.toLowerCase()) : rule(value));
}

/** Text with something in it. */
export const notEmpty: ValueRule = (value) => (value === "" ? "must not be empty" : undefined);

/** A number of at least `low`. */
export function atLeast(low: number): ValueRule {
  return (value) => (Number(value) >= low ? undefined : `must be at least ${low}, not ${show(value)}`);
}

/** A number from `low` to `high`. */
export function between(low: number, high: number): ValueRule {
  return (value) =>
    Number(value) >= low && Number(value) <= high ? undefined : `must be from ${low} to ${high}, not ${show(value)}`;
}

/** Text of a form that `form` describes. */
export function matches(pattern: RegExp, form: string): ValueRule {
  return (value) =>
    typeof value === "string" && pattern.test(value) ? undefined : `must be ${form}, not ${show(value)}`;
}

/** Text of a length from `low` to `high` characters. */
export function lengthBetween(low: number, high: number): ValueRule {
  return (value) =>
    typeof value === "string" && value.length >= low && value.length <= high
      ? undefined
      : `must have ${low} to ${high} characters, not ${typeof value === "string" ? value.length : show(value)}`;
}

/** The same rule for every element of a list. */
export function each(rule: ValueRule): ValueRule {
  return (value) => (Array.isArray(value) ? value.map(rule).find((reason) => reason !== undefined) : undefined);
}

/** Several rules; the first that complains wins. */
export function all(...rules: readonly ValueRule[]): ValueRule {
  return (value: Value) => {
    for (const rule of rules) {
      const reason = rule(value);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** Text that is JSON, or empty. */
export const isJson: ValueRule = (value) => {
  if (value === "") return undefined;
  try {
    JSON.parse(typeof value === "string" ? value : "");
    return undefined;
  } catch (error) {
    return `must be JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
};
