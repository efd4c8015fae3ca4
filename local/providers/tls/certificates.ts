// Certificates and certificate requests: real ones, which any TLS library accepts.
import { randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { type Hooks, type Properties, CloudError } from "../contract.ts";
import { alternativeNames, signingAlgorithm, subjectName, useExtensions, webKeys } from "./certificate-parts.ts";
import { algorithmOf, readPrivateKey } from "./keys.ts";
import { plain } from "../plain.ts";

const hour = 3_600_000;

/** A certificate may have come into its renewal window since it was last looked at. */
const renewed: NonNullable<Hooks["refresh"]> = async (_ctx, _id, state) => ({
  readyForRenewal: readyForRenewal(state),
});

/** `CertRequest`. */
export const certRequest: Hooks = {
  id: () => randomBytes(20).toString("hex"),
  start: async (_ctx, _id, state) => certRequestOutputs(state),
};

/** `SelfSignedCert`. Its id is the certificate's serial number, as with the real provider. */
export const selfSignedCert: Hooks = {
  id: newSerial,
  outputs: validity,
  start: async (_ctx, id, state) => selfSigned(id, state),
  refresh: renewed,
};

/** `LocallySignedCert`: a request, signed with the key of an authority. */
export const locallySignedCert: Hooks = {
  id: newSerial,
  outputs: validity,
  start: async (_ctx, id, state) => locallySigned(id, state),
  refresh: renewed,
};

async function certRequestOutputs(state: Properties): Promise<Properties> {
  const key = readPrivateKey(state["privateKeyPem"], "privateKeyPem");
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectName(state["subject"]),
    keys: await webKeys(key),
    signingAlgorithm: signingAlgorithm(key),
    extensions: alternativeNames(state),
  });
  return { certRequestPem: pemOf(request), keyAlgorithm: algorithmOf(key) };
}

async function selfSigned(id: string, state: Properties): Promise<Properties> {
  const key = readPrivateKey(state["privateKeyPem"], "privateKeyPem");
  const keys = await webKeys(key);
  const authority = state["setAuthorityKeyId"]
    ? [await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey)]
    : [];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...common(id, state),
    name: subjectName(state["subject"]),
    keys,
    signingAlgorithm: signingAlgorithm(key),
    extensions: [...(await extensions(state, keys.publicKey)), ...alternativeNames(state), ...authority],
  });
  return { certPem: pemOf(certificate), keyAlgorithm: algorithmOf(key) };
}

async function locallySigned(id: string, state: Properties): Promise<Properties> {
  const key = readPrivateKey(state["caPrivateKeyPem"], "caPrivateKeyPem");
  const request = parsed("certRequestPem", () => new x509.Pkcs10CertificateRequest(plain(state["certRequestPem"])));
  const authority = parsed("caCertPem", () => new x509.X509Certificate(plain(state["caCertPem"])));
  const keys = await webKeys(key);
  assertSameKey(authority, await x509.SubjectKeyIdentifierExtension.create(keys.publicKey));
  const certificate = await x509.X509CertificateGenerator.create({
    ...common(id, state),
    subject: request.subjectName.toJSON(),
    issuer: authority.subjectName.toJSON(),
    publicKey: request.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: signingAlgorithm(key),
    extensions: [
      ...(await extensions(state, request.publicKey)),
      ...request.extensions.filter((extension) => extension instanceof x509.SubjectAlternativeNameExtension),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  return { certPem: pemOf(certificate), caKeyAlgorithm: algorithmOf(key) };
}

/** An authority's certificate and key that do not belong together would sign what nobody can check. */
function assertSameKey(authority: x509.X509Certificate, own: x509.SubjectKeyIdentifierExtension): void {
  const theirs = authority.getExtension(x509.SubjectKeyIdentifierExtension);
  if (!theirs || theirs.keyId === own.keyId) return;
  const message =
    "caCertPem and caPrivateKeyPem do not belong together; give the certificate and the key of one authority";
  throw new CloudError("unprocessable_entity", message, "caPrivateKeyPem");
}

async function extensions(state: Properties, publicKey: x509.PublicKeyType): Promise<x509.Extension[]> {
  const ca = state["isCaCertificate"] === true;
  const length =
    typeof state["maxPathLength"] === "number" && state["maxPathLength"] >= 0 ? state["maxPathLength"] : undefined;
  const subjectKey = ca || state["setSubjectKeyId"] ? [await x509.SubjectKeyIdentifierExtension.create(publicKey)] : [];
  const constraints = new x509.BasicConstraintsExtension(ca, ca ? length : undefined, true);
  return [...useExtensions(state["allowedUses"]), constraints, ...subjectKey];
}

function common(id: string, state: Properties) {
  return {
    serialNumber: BigInt(id).toString(16).padStart(32, "0"),
    notBefore: new Date(plain(state["validityStartTime"])),
    notAfter: new Date(plain(state["validityEndTime"])),
  };
}

/** Start and end of validity: fixed when the certificate is made, in whole seconds as X.509 counts. */
function validity(
  ctx: { now(): string },
  _id: string,
  inputs: Properties,
  previous?: { object: Properties },
): Properties {
  if (previous) return {};
  const start = Math.floor(Date.parse(ctx.now()) / 1000) * 1000;
  const end = start + Number(inputs["validityPeriodHours"]) * hour;
  return { validityStartTime: rfc3339(start), validityEndTime: rfc3339(end), readyForRenewal: false };
}

function readyForRenewal(state: Properties): boolean {
  const end = Date.parse(plain(state["validityEndTime"]));
  return Number.isFinite(end) && end - Number(state["earlyRenewalHours"] ?? 0) * hour <= Date.now();
}

/** A positive 127-bit number, in decimal. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f;
  return BigInt(`0x${bytes.toString("hex")}`).toString();
}

function parsed<Result>(property: string, read: () => Result): Result {
  try {
    return read();
  } catch {
    const message = `${property} cannot be read; give it in PEM, as the matching tls resource puts it out`;
    throw new CloudError("unprocessable_entity", message, property);
  }
}

function pemOf(data: { toString(format: "pem"): string }): string {
  return `${data.toString("pem").trim()}\n`;
}

function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}
