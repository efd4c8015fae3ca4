// Random texts in the shapes that DigitalOcean gives out: passwords, access keys, addresses.
import { createHash, randomBytes, randomInt } from "node:crypto";

/** Letters and digits, `count` of them. */
function letters(count: number, alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"): string {
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}

/** A database password. */
export function databasePassword(): string {
  return `AVNS_${letters(19)}`;
}

/** A Spaces key: twenty characters to name it, forty-three to prove it. */
export function spacesKeyPair(): { accessKey: string; secretKey: string } {
  return {
    accessKey: `DO00${letters(16, "ABCDEFGHJKLMNPQRTUVWXYZ2346789")}`,
    secretKey: randomBytes(32).toString("base64url"),
  };
}

/** The n-th address of a documentation range (RFC 5737): it belongs to nobody, so nothing real is ever reached. */
export function publicAddress(number: number): string {
  return `${number % 508 < 254 ? "203.0.113" : "198.51.100"}.${1 + (number % 254)}`;
}

/** Fingerprint of an SSH public key, in the older notation that the API uses. */
export function sshFingerprint(publicKey: string): string {
  const key = Buffer.from(publicKey.trim().split(/\s+/)[1] ?? "", "base64");
  return createHash("md5").update(key).digest("hex").match(/../g)?.join(":") ?? "";
}
