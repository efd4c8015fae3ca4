// The VAPID pair: right encoding from a PEM, and a given pair that does not belong together is refused.
import { createECDH, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { assertVapidPair, vapidPair } from "../../components/mastodon/secrets/vapid.ts";

const pemOf = (type: "sec1" | "pkcs8", namedCurve = "prime256v1") =>
  generateKeyPairSync("ec", { namedCurve }).privateKey.export({ type, format: "pem" }).toString();

test.each(["sec1", "pkcs8"] as const)("turns a %s PEM into 43 and 87 characters that belong together", (type) => {
  for (let round = 0; round < 40; round++) {
    const pair = vapidPair(pemOf(type));
    expect(pair.privateKey).toMatch(/^[\w-]{43}$/);
    expect(pair.publicKey).toMatch(/^B[\w-]{86}$/);
    expect(() => assertVapidPair(pair)).not.toThrow();
  }
});

test("gives what Node's own elliptic-curve arithmetic gives", () => {
  const pair = vapidPair(pemOf("sec1"));
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(pair.privateKey, "base64url");
  expect(pair.publicKey).toBe(ecdh.getPublicKey("base64url"));
});

test("accepts a padded pair, as Mastodon's own generator writes it", () => {
  const { privateKey, publicKey } = vapidPair(pemOf("sec1"));
  expect(() => assertVapidPair({ privateKey: `${privateKey}=`, publicKey: `${publicKey}=` })).not.toThrow();
});

test("refuses a key on another curve", () => {
  expect(() => vapidPair(pemOf("sec1", "secp384r1"))).toThrow("P-256");
});

test("refuses keys of two pairs, without telling the private one", () => {
  const [one, other] = [vapidPair(pemOf("sec1")), vapidPair(pemOf("sec1"))];
  const mixed = { privateKey: one.privateKey, publicKey: other.publicKey };
  expect(() => assertVapidPair(mixed)).toThrow("does not belong to the private key");
  expect(() => assertVapidPair(mixed)).not.toThrow(one.privateKey);
});

test("refuses a private key that is none", () => {
  expect(() => assertVapidPair({ privateKey: "nonsense", publicKey: "x" })).toThrow("is not a P-256 key");
});
