// Certificate authorities of the local cloud and the certificates that they give out.
import "reflect-metadata"; // @peculiar/x509 needs it to be loaded before itself
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const days = 24 * 60 * 60 * 1000;
const lifetime = 3650 * days; // a laptop's servers are thrown away long before
const backdated = 1 * days; // a clock that was set back must not lock anybody out

/** A certificate with its keys. */
export interface Certified {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** The names under which a server on this machine is reached. */
export const loopbackNames: readonly x509.JsonGeneralName[] = [
  { type: "ip", value: "127.0.0.1" },
  { type: "dns", value: "localhost" },
];

/** A new authority. */
export async function createAuthority(name: string): Promise<Certified> {
  const keys = await keyPair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

/**
 * A certificate of the authority for clients, and for a server where names are given.
 * @param subject For example `CN=etcd`.
 */
export async function issueCertificate(
  issuer: Certified,
  subject: string,
  names?: readonly x509.JsonGeneralName[],
): Promise<Certified> {
  const keys = await keyPair();
  const purposes = [x509.ExtendedKeyUsage.clientAuth, ...(names ? [x509.ExtendedKeyUsage.serverAuth] : [])];
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(),
    subject,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(purposes),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...(names ? [new x509.SubjectAlternativeNameExtension([...names])] : []),
    ],
  });
  return { certificate, keys };
}

/** An authority that was written to files, once more. */
export async function readAuthority(certificatePem: string, keyPem: string): Promise<Certified> {
  const certificate = new x509.X509Certificate(certificatePem);
  const der = x509.PemConverter.decodeFirst(keyPem);
  const privateKey = await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
  const publicKey = await certificate.publicKey.export(algorithm, ["verify"]);
  return { certificate, keys: { privateKey, publicKey } };
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - backdated), notAfter: new Date(Date.now() + lifetime) };
}

/** A new pair of keys for signatures. */
export async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** The private key as PEM. */
export async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return pem("PRIVATE KEY", await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
}

/** DER as PEM. */
export function pem(label: string, der: ArrayBuffer): string {
  return `${x509.PemConverter.encode(der, label)}\n`;
}
