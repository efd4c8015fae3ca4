// The text of a property that should be one.

/** A scalar as text; nothing for what is missing, JSON for everything else. */
export function plain(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
