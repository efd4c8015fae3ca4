// Tables of generated pages.

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

/** A table in Markdown, with a line feed at its end. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return line(columns) + line(columns.map(() => "---")) + rows.map(line).join("");
}
