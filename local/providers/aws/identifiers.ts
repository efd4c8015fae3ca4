// Identifiers as AWS makes them: random ones of the right length and alphabet, and ones that follow from a name.
import { createHash, randomBytes, randomInt } from "node:crypto";

const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const base32 = `${capitals}234567`;

function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

/** An id of IAM: four letters that tell the kind, then `length` more. Access key ids are 20 long, others 21. */
export function iamId(kind: "AGPA" | "AIDA" | "AKIA" | "ANPA" | "AROA"): string {
  return kind + randomText(base32, kind === "AKIA" ? 16 : 17);
}

/** A secret access key: 40 characters, as base64 gives them. */
export function secretAccessKey(): string {
  return randomBytes(30).toString("base64");
}

/** An id of CloudFront or Route 53: a letter, then capitals and digits. */
export function capitalId(letter: "E" | "Z", length: number): string {
  return letter + randomText(`${capitals}0123456789`, length);
}

/** The first label of a distribution's own domain. */
export function distributionLabel(): string {
  return `d${randomText("abcdefghijklmnopqrstuvwxyz0123456789", 13)}`;
}

/** A hexadecimal text that is the same for the same words. */
export function stableHex(length: number, ...words: readonly string[]): string {
  return createHash("sha512").update(words.join("\n")).digest("hex").slice(0, length);
}

/** Lower-case letters and digits that are the same for the same words, as in DKIM tokens. */
export function stableToken(length: number, ...words: readonly string[]): string {
  const bytes = createHash("sha512").update(words.join("\n")).digest();
  return Array.from({ length }, (_, index) => base32.toLowerCase()[bytes[index]! % base32.length]).join("");
}

/** Standard base64 of a digest of the words. */
export function stableBase64(...words: readonly string[]): string {
  return createHash("sha256").update(words.join("\n")).digest("base64");
}
