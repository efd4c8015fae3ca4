// Tables for people, as previews show them: without colours, which logs of CI do not all take.
import Table from "cli-table3";

type Alignment = "left" | "right";

/**
 * @param columns heading and alignment of each
 * @param compact without lines between rows
 */
export function textTable(
  columns: readonly (readonly [heading: string, alignment: Alignment])[],
  rows: readonly (readonly (string | number)[])[],
  { compact = false }: { readonly compact?: boolean } = {},
): string {
  const table = new Table({
    head: columns.map(([heading]) => heading),
    colAligns: columns.map(([, alignment]) => alignment),
    style: { head: [], border: [], compact },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
