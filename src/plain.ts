// What a value is that came from outside: YAML, JSON, Pulumi's configuration.

/** An object whose fields may be read; arrays are not. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
