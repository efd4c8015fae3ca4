// What follows from the drills' private key: the public key that backups are closed for, and the key that signs reports unless another one is given.
import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from "node:crypto";
import { bech32 } from "@scure/base";

/** PKCS #8 before the 32 bytes of a key of RFC 8410: X25519's number ends in 110, Ed25519's in 112. */
const header = (algorithm: 0x6e | 0x70) =>
  Buffer.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, algorithm, 4, 0x22, 4, 0x20]);

/** Longer than bech32's own 90 characters is nothing that age writes. */
const longest = 90;

/**
 * The public half of a private age key.
 * @returns nothing where the text is no such key
 */
export function recipientOf(identity: string): string | undefined {
  const decoded = bech32.decodeUnsafe(identity.trim().toLowerCase(), longest);
  if (decoded?.prefix !== "age-secret-key-") return undefined;
  const secret = bech32.fromWordsUnsafe(decoded.words);
  if (secret?.length !== 32) return undefined;
  return bech32.encode("age", bech32.toWords(rawPublic(privateKey(0x6e, secret))), longest);
}

/** The key of reports: whoever holds the drills' key could sign them anyway, since both lie in the same Secret. */
export function derivedReportKey(identity: string): string {
  const seed = hkdfSync("sha256", identity.trim(), "", "mastodon drill reports", 32);
  return String(privateKey(0x70, new Uint8Array(seed)).export({ type: "pkcs8", format: "pem" }));
}

/** What is wrong with a key for reports, or nothing. */
export function isReportKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "ed25519";
  } catch {
    return false;
  }
}

/** The public half, with which anybody checks a report, and its SHA-256. */
export function reportPublicKey(pem: string): { readonly pem: string; readonly fingerprint: string } {
  const key = createPublicKey(pem);
  const fingerprint = createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex");
  return { pem: String(key.export({ type: "spki", format: "pem" })), fingerprint: `sha256:${fingerprint}` };
}

function privateKey(algorithm: 0x6e | 0x70, secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([header(algorithm), secret]), format: "der", type: "pkcs8" });
}

function rawPublic(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-32);
}
