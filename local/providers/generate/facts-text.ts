// Writes facts as JSON that is compact and still shows a change of one property as a change of one line.

/** JSON text of `value`, broken into lines down to `depth` levels; everything deeper stands on its parent's line. */
export function factsText(value: unknown, depth: number, indent = ""): string {
  if (depth === 0 || typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const inner = `${indent} `;
  const lines = Object.entries(value).map(
    ([key, part]) => `${inner}${JSON.stringify(key)}: ${factsText(part, depth - 1, inner)}`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n${indent}}`;
}
