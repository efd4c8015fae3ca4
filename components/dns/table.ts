// The records as a table, for whoever enters them somewhere by hand.
import Table from "cli-table3";
import type { TypedRecord } from "./notation.ts";

/** One row a record, with whole names; values as in a zone file. */
export function dnsTable(zone: string, records: readonly TypedRecord[]): string {
  const table = new Table({
    head: ["name", "type", "TTL", "value"],
    style: { head: [], border: [] },
    colAligns: ["left", "left", "right", "left"],
  });
  table.push(...records.map(({ fqdn, type, ttl, zoneFile }) => [fqdn, type, String(ttl), zoneFile]));
  return `Records to create for ${zone}, which this stack does not serve\n${table.toString()}`;
}
