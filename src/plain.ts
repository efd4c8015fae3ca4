// What a value is that came from outside, and what is in it: YAML, JSON, Pulumi's configuration, a state.

/** An object whose fields may be read; arrays are not. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of an object or an item of a list; undefined where there is none. */
export function fieldOf(value: unknown, key: PropertyKey): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isRecord(value) ? value[String(key)] : undefined;
}

/** What lies at a path, one key for each level; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(fieldOf, value);
}
