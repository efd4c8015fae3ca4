// The records as a table, for whoever enters them somewhere by hand.
import { textTable } from "../text-table.ts";
import type { TypedRecord } from "./notation.ts";

/** One row a record, with whole names; values as in a zone file. */
export function dnsTable(zone: string, records: readonly TypedRecord[]): string {
  const table = textTable(
    [
      ["name", "left"],
      ["type", "left"],
      ["TTL", "right"],
      ["value", "left"],
    ],
    records.map(({ fqdn, type, ttl, zoneFile }) => [fqdn, type, ttl, zoneFile]),
  );
  return `Records to create for ${zone}, which this stack does not serve\n${table}`;
}
