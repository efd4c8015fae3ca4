// Secrets among recorded values: Pulumi's envelope around each.
import { isRecord } from "../plain.ts";

/** Key and value that mark an envelope (pulumi: sdk/go/common/resource/sig, "the special signature"). */
const [signatureKey, secretSignature] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

/** How age's armour begins. */
const closedByAge = "-----BEGIN AGE ENCRYPTED FILE-----";

/** The same value with a fixed text in place of each that age has closed: it closes the same otherwise each time, and two dumps are compared. */
function repeatable(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith(closedByAge) ? `${closedByAge} (made anew each time)` : value;
  if (Array.isArray(value)) return value.map(repeatable);
  return isRecord(value) ? repeatableFields(value) : value;
}

export function repeatableFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, repeatable(field)]));
}

/**
 * The fields with `[secret]` in place of each secret, at the level at which it is one.
 * @param readable is given every other text
 */
export function maskedFields(
  fields: Readonly<Record<string, unknown>>,
  readable: (text: string) => string,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, masked(field, readable)]));
}

function masked(value: unknown, readable: (text: string) => string): unknown {
  if (typeof value === "string") return readable(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, readable));
  if (!isRecord(value)) return value;
  return value[signatureKey] === secretSignature ? "[secret]" : maskedFields(value, readable);
}
