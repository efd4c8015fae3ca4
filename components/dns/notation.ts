// A record in the notations of those who serve zones: Route 53, zone files, and the forms of control panels.
import { absoluteName, type RecordPlan } from "./records.ts";

/** DNS carries texts in pieces of at most 255 bytes (RFC 1035, section 3.3). */
const pieceBytes = 255;

/** A text cut into pieces; texts are ASCII, so characters are bytes. */
function pieces(text: string): string[] {
  return text.match(new RegExp(`.{1,${pieceBytes}}`, "gs")) ?? [""];
}

const escaped = (text: string): string => text.replaceAll(/["\\]/g, (character) => `\\${character}`);

/** What stands after name and type in a zone file: `10 mx.example.org.`, `0 issue "letsencrypt.org"`, `"v=spf1 -all"`. */
export function zoneFileValue({ type, value, priority, weight, port, flags, tag }: RecordPlan<string>): string {
  if (type === "MX") return `${priority} ${value}`;
  if (type === "SRV") return `${priority} ${weight} ${port} ${value}`;
  if (type === "CAA") return `${flags} ${tag} "${undotted(value)}"`;
  if (type !== "TXT") return value;
  return pieces(value)
    .map((piece) => `"${escaped(piece)}"`)
    .join(" ");
}

/** As the AWS plugin takes it: it puts the outer quotation marks around a text itself. */
export function route53Value(record: RecordPlan<string>): string {
  return record.type === "TXT" ? pieces(record.value).map(escaped).join('""') : zoneFileValue(record);
}

function undotted(value: string): string {
  return value.endsWith(".") ? value.slice(0, -1) : value;
}

/** A record as people type it, in every form that a control panel may ask for. */
export interface TypedRecord {
  readonly type: string;
  readonly name: string;
  readonly fqdn: string;
  readonly value: string;
  readonly valueWithoutDot: string;
  readonly zoneFile: string;
  readonly ttl: number;
}

export function typedRecord(record: RecordPlan<string> & { readonly ttl: number }, zone: string): TypedRecord {
  const { type, name, value, ttl } = record;
  const isHost = type !== "TXT" && record.tag !== "iodef";
  return {
    type,
    name,
    fqdn: absoluteName(name, zone),
    value,
    valueWithoutDot: isHost ? undotted(value) : value,
    zoneFile: zoneFileValue(record),
    ttl,
  };
}

/** All values of one name and type, which Route 53 keeps as one record set. */
export interface RecordSet<Plan> {
  /** Part of the logical name: it follows from name and type, so that a further value changes the set and not its name. */
  readonly key: string;
  readonly records: readonly [Plan, ...Plan[]];
}

/** Groups records by name and type. A CNAME is alone at its name, and keeps its own key: its name may not be known yet. */
export function recordSets<Plan extends RecordPlan<unknown>>(records: readonly Plan[]): RecordSet<Plan>[] {
  const sets = new Map<string, RecordSet<Plan>>();
  for (const record of records) {
    const { type, name } = record;
    const key = type === "CNAME" || typeof name !== "string" ? record.key : setKey(type, name);
    const known = sets.get(key)?.records;
    sets.set(key, { key, records: known ? [...known, record] : [record] });
  }
  return [...sets.values()];
}

/** Exact, so that two names never meet in one set; only the asterisk is spelt out, which would be a pattern in `--target`. */
function setKey(type: string, name: string): string {
  return `${name.replace(/\.$/, "").replace("*", "(any)")}-${type.toLowerCase()}`;
}
