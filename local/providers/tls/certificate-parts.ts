// Parts of certificates and requests: names, allowed uses, and keys in the form that the X.509 library takes.
import "reflect-metadata"; // the X.509 library needs it loaded first
import { createPublicKey, type KeyObject, type webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { CloudError, type Properties, type Value } from "../contract.ts";
import { isObject } from "../shared/values.ts";

const { KeyUsageFlags: flags } = x509;

const keyUses: Readonly<Record<string, x509.KeyUsageFlags>> = {
  cert_signing: flags.keyCertSign,
  content_commitment: flags.nonRepudiation,
  crl_signing: flags.cRLSign,
  data_encipherment: flags.dataEncipherment,
  decipher_only: flags.decipherOnly,
  digital_signature: flags.digitalSignature,
  encipher_only: flags.encipherOnly,
  key_agreement: flags.keyAgreement,
  key_encipherment: flags.keyEncipherment,
};

// Object identifiers: RFC 5280, section 4.2.1.12, and the vendors' own arcs.
const extendedUses: Readonly<Record<string, string>> = {
  any_extended: "2.5.29.37.0",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
  microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
  microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
  netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
  server_auth: "1.3.6.1.5.5.7.3.1",
  timestamping: "1.3.6.1.5.5.7.3.8",
};

/** What `allowedUses` may hold. */
export const allowedUses: readonly string[] = [...Object.keys(keyUses), ...Object.keys(extendedUses)].toSorted();

// Distinguished names in the order in which Go, and so the real provider, writes them.
const subjectParts: readonly (readonly [property: string, attribute: string])[] = [
  ["country", "C"],
  ["organization", "O"],
  ["organizationalUnit", "OU"],
  ["locality", "L"],
  ["province", "ST"],
  ["streetAddresses", "2.5.4.9"],
  ["postalCode", "2.5.4.17"],
  ["commonName", "CN"],
  ["serialNumber", "2.5.4.5"],
  ["emailAddress", "1.2.840.113549.1.9.1"],
];

/** A subject as the library takes it. */
export function subjectName(subject: Value | undefined): x509.JsonName {
  if (!isObject(subject)) return [];
  return subjectParts.flatMap(([property, attribute]) =>
    textsOf(subject[property]).map((text) => ({ [attribute]: [text] })),
  );
}

/** Extensions for `allowedUses`. */
export function useExtensions(uses: Value | undefined): x509.Extension[] {
  const listed = textsOf(uses);
  const bits = listed.flatMap((use) => keyUses[use] ?? []);
  const purposes = listed.flatMap((use) => extendedUses[use] ?? []);
  return [
    ...(bits.length > 0
      ? [
          new x509.KeyUsagesExtension(
            bits.reduce((sum, bit) => sum | bit),
            true,
          ),
        ]
      : []),
    ...(purposes.length > 0 ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
  ];
}

/** The extension with DNS names, addresses and URIs; none when there are none. */
export function alternativeNames(inputs: Properties): x509.Extension[] {
  const names: x509.JsonGeneralNames = [
    ...textsOf(inputs["dnsNames"]).map((value) => ({ type: "dns" as const, value })),
    ...textsOf(inputs["ipAddresses"]).map((value) => ({ type: "ip" as const, value })),
    ...textsOf(inputs["uris"]).map((value) => ({ type: "url" as const, value })),
  ];
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [];
}

/** How a key signs, in the words of WebCrypto. A field that an algorithm has no use for is empty. */
export interface SigningAlgorithm {
  readonly name: string;
  readonly hash: string;
  readonly namedCurve: string;
}

/** How a key signs. */
export function signingAlgorithm(key: KeyObject): SigningAlgorithm {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", namedCurve: "" };
  if (key.asymmetricKeyType !== "ec") return { name: "Ed25519", hash: "", namedCurve: "" };
  const curve = signingCurves[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (curve) return { name: "ECDSA", ...curve };
  const message = "certificates for ECDSA keys on the curve P224 are not emulated; use P256, P384 or P521";
  throw new CloudError("unprocessable_entity", message, "privateKeyPem");
}

/** Curves that WebCrypto knows, and the hash that fits each. */
const signingCurves: Readonly<Record<string, { readonly namedCurve: string; readonly hash: string }>> = {
  prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
  secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
  secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
};

/** Both halves of a key, for the library. */
export async function webKeys(key: KeyObject): Promise<webcrypto.CryptoKeyPair> {
  const algorithm = signingAlgorithm(key);
  const secret = key.export({ type: "pkcs8", format: "der" });
  const open = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    privateKey: await crypto.subtle.importKey("pkcs8", new Uint8Array(secret), algorithm, false, ["sign"]),
    publicKey: await crypto.subtle.importKey("spki", new Uint8Array(open), algorithm, true, ["verify"]),
  };
}

/** The texts of a list, or of one text. */
function textsOf(value: Value | undefined): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
