// How addresses of the production server itself become addresses of its copy: only the host in front changes.
import { quoted } from "./quoted.ts";

export interface CopyNames {
  /** Host names of the production server: the one after the @, and the one in its addresses. */
  readonly source: readonly string[];
  /** The copy's host name in addresses. */
  readonly web: string;
}

const escaped = (host: string): string => host.replaceAll(".", String.raw`\.`);

/**
 * Both as SQL over the column: its new value, and the rows that have one.
 * Addresses are `https://<host>/...`, and of old conversations `tag:<host>,...`.
 */
export function ownAddresses({ source, web }: CopyNames, column: string): { value: string; where: string } {
  const pattern = quoted(`^(https://|tag:)(${source.map(escaped).join("|")})(?=[/,])`);
  return {
    value: `regexp_replace(${column}, ${pattern}, ${quoted(String.raw`\1${web}`)})`,
    where: `${column} ~ ${pattern}`,
  };
}
