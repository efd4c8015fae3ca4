// The key pair that signs push notifications, in the encoding that Mastodon and browsers use.
import { createECDH, createPrivateKey } from "node:crypto";

export interface VapidPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/**
 * Turns a P-256 key in PEM into Mastodon's pair: the 32-byte scalar and the 65-byte uncompressed point, both in base64url
 * without padding.
 * @throws Error when the PEM holds no P-256 key.
 */
export function vapidPair(pem: string): VapidPair {
  const { crv, d, x, y } = createPrivateKey(pem).export({ format: "jwk" });
  if (crv !== "P-256" || !d || !x || !y) throw new Error("the VAPID key must be an elliptic key on the curve P-256");
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return { privateKey: d, publicKey: point.toString("base64url") };
}

/**
 * Checks that a given pair belongs together: browsers subscribe with the public key, and messages signed with another private
 * key are dropped by the push service without a word.
 * @throws Error when a key cannot be read or the two do not match. Never names the private key.
 */
export function assertVapidPair({ privateKey, publicKey }: VapidPair): void {
  if (derivedPublicKey(privateKey) === publicKey.replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_")) return;
  throw new Error(
    `secrets.mastodon.vapid: the public key ${publicKey} does not belong to the private key; take both from the same server`,
  );
}

function derivedPublicKey(privateKey: string): string {
  const scalar = Buffer.from(privateKey, "base64url");
  // Leading zero bytes may have been dropped, so that a genuine key can be a little shorter.
  if (scalar.length < 28 || scalar.length > 32)
    throw new Error(
      "secrets.mastodon.vapid: the private key is not a P-256 key in URL-safe base64 (43 characters); take VAPID_PRIVATE_KEY of the old server",
    );
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey("base64url");
}
