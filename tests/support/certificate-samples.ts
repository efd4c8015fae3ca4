// Certificates as an operator would have them, made anew for each test run: an authority, one in between, and leaves.
import "reflect-metadata"; // @peculiar/x509 needs it to be loaded before itself
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 86_400_000;

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** PEM texts of one certificate. */
export interface SamplePem {
  readonly certificate: string;
  readonly chain: string;
  readonly privateKey: string;
}

/** Makes leaves under an authority with one certificate in between. */
export async function certificateMaker(now = new Date()) {
  const root = await issue("CN=Root", undefined, now, 3650, true);
  const middle = await issue("CN=Between", root, now, 3650, true);
  return {
    root: root.certificate.toString("pem"),
    middle: middle.certificate.toString("pem"),
    /** A certificate for the hosts that lasts so many days from now. */
    async leaf(hosts: readonly string[], days = 90): Promise<SamplePem> {
      const { certificate, keys } = await issue("CN=leaf", middle, now, days, false, hosts);
      const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
      return {
        certificate: certificate.toString("pem"),
        chain: middle.certificate.toString("pem"),
        privateKey: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
      };
    },
  };
}

async function issue(
  subject: string,
  issuer: Issuer | undefined,
  now: Date,
  days: number,
  ca: boolean,
  hosts: readonly string[] = [],
): Promise<Issuer> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    // Begins before its end, even where it ended before today.
    notBefore: new Date(now.getTime() + Math.min(0, days) * dayMs - dayMs),
    notAfter: new Date(now.getTime() + days * dayMs),
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      ...(hosts.length > 0
        ? [new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: "dns" as const, value })))]
        : []),
    ],
  });
  return { certificate, keys };
}
