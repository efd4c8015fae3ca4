// A certificate for a stack's host names that nobody trusts, always the same for the same names.
import "reflect-metadata"; // @peculiar/x509 needs it to be loaded before itself
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

export interface DummyCertificate {
  readonly certificate: string;
  /** The authority that issued it. */
  readonly chain: string;
  readonly privateKey: string;
}

/** Signing with it needs no random numbers, so that a certificate is the same each time. */
const algorithm = { name: "Ed25519" };
const validity = { notBefore: new Date("2026-01-01"), notAfter: new Date("2126-01-01") };

/** A certificate for each of these names and for what is one label below it. */
export async function dummyCertificate(names: readonly string[]): Promise<DummyCertificate> {
  const [authorityKeys, keys] = [await fixedKeys(1), await fixedKeys(2)];
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: "01",
    name: "CN=dump",
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const hosts = names.flatMap((name) => [name, `*.${name}`]).map((value) => ({ type: "dns" as const, value }));
  const leaf = await x509.X509CertificateGenerator.create({
    ...validity,
    serialNumber: "02",
    subject: "CN=dump of a stack",
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension(hosts)],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: leaf.toString("pem"),
    chain: authority.toString("pem"),
    privateKey: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
  };
}

/** PKCS #8 around 32 equal bytes (RFC 8410, section 7); the public half is computed. */
async function fixedKeys(byte: number): Promise<webcrypto.CryptoKeyPair> {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  const pkcs8 = Buffer.concat([prefix, Buffer.alloc(32, byte)]);
  const privateKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
  const { x } = await webcrypto.subtle.exportKey("jwk", privateKey);
  if (x === undefined) throw new Error("this Node.js does not compute Ed25519 public keys");
  const jwk = { kty: "OKP", crv: "Ed25519", x };
  return { privateKey, publicKey: await webcrypto.subtle.importKey("jwk", jwk, algorithm, true, ["verify"]) };
}
