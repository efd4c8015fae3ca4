// Text as an SQL literal.

/** Quotes a text for PostgreSQL with `standard_conforming_strings`, its default: only quotation marks count. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
