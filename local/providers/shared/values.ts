// Small pure helpers over property values: unknowns, objects, paths.
import { type Properties, UNKNOWN, type Value } from "../contract.ts";

/** A JSON object, not a list and not null. */
export type ObjectValue = { [key: string]: Value };

export function isObject(value: Value | undefined): value is ObjectValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isUnknown(value: Value | undefined): boolean {
  return value === UNKNOWN;
}

/** Absent in Pulumi's sense: left out or null. */
export function isAbsent(value: Value | undefined): value is null | undefined {
  return value === undefined || value === null;
}

/** Keys that belong to Pulumi and not to the resource (`__defaults`, `__meta`, `__internal`). */
export function isInternalKey(key: string): boolean {
  return key.startsWith("__");
}

/** Leaves out absent properties and Pulumi's own keys. */
export function presentProperties(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => !isInternalKey(key) && !isAbsent(value)),
  );
}

/** Reads a string property; anything else counts as missing. */
export function text(properties: Properties, key: string): string | undefined {
  const value = properties[key];
  return typeof value === "string" && !isUnknown(value) ? value : undefined;
}

/** Reads a number property. */
export function number(properties: Properties, key: string): number | undefined {
  const value = properties[key];
  return typeof value === "number" ? value : undefined;
}

/** Reads a list of strings; anything else in the list is left out. */
export function texts(properties: Properties, key: string): string[] {
  const value = properties[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Reads a list of objects. */
export function objects(properties: Properties, key: string): ObjectValue[] {
  const value = properties[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Reads one nested object; an empty one where there is none. */
export function object(properties: Properties, key: string): ObjectValue {
  const value = properties[key];
  return isObject(value) ? value : {};
}

/** The path without list indices, as rule tables spell it. */
export function ruleKey(path: string): string {
  return path.replaceAll(/\[\d+\]/g, "");
}

/** Shows a value in a message, shortened. */
export function show(value: Value): string {
  const shown = JSON.stringify(value);
  return shown.length > 80 ? `${shown.slice(0, 77)}…` : shown;
}
