// Made-up values in the form in which the clouds give them: always the same for the same name, and worth nothing.
import { createECDH, createHash, createPrivateKey, createPublicKey } from "node:crypto";

export type Inputs = Record<string, unknown>;

/** What a cloud adds to a resource's inputs; `id` is its physical identity. */
export interface Answer {
  readonly id: string;
  readonly outputs?: Inputs;
}

/** Answers the creation of a resource with these inputs and this logical name. */
export type AnswerOf = (inputs: Inputs, name: string) => Answer;

/** Marks a made-up secret, so that a test can look for it where no secret may stand. */
export const secretText = (what: string) => `mock-${what}`;

/** When everything was made. */
export const madeAt = "2026-01-01T00:00:00Z";

/** The account number that AWS uses in its documentation. */
export const awsAccount = "123456789012";

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

/** The same UUID for the same name. */
export function uuid(name: string): string {
  const hex = digest(name);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The same number of nine digits for the same name: DigitalOcean numbers droplets, records and SSH keys. */
export function number(name: string): string {
  return String(100_000_000 + (Number.parseInt(digest(name).slice(0, 8), 16) % 900_000_000));
}

/** Capital letters and digits, as in the ids of AWS and in Spaces keys. */
export function capitals(name: string, length: number): string {
  return digest(name).toUpperCase().slice(0, length);
}

/** The same hex digits for the same name. */
export function hex(name: string, length: number): string {
  return digest(name).slice(0, length);
}

/** Text of an input, or what stands for it. */
export function textOf(value: unknown, otherwise = ""): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

const key = fixedKey();

/** A P-256 key that is always the same. */
export const privateKeyPem = String(key.export({ type: "sec1", format: "pem" }));

/** Its public half. */
export const publicKeyPem = String(createPublicKey(key).export({ type: "spki", format: "pem" }));

function fixedKey() {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(Buffer.alloc(32, 7));
  const [x, y] = [ecdh.getPublicKey().subarray(1, 33), ecdh.getPublicKey().subarray(33)];
  const [d64, x64, y64] = [ecdh.getPrivateKey(), x, y].map((bytes) => bytes.toString("base64url"));
  return createPrivateKey({ key: { kty: "EC", crv: "P-256", d: d64, x: x64, y: y64 }, format: "jwk" });
}

/** A certificate that signs nothing: its key was thrown away when it was made (openssl, 23 November 2026). */
export const certificatePem = `-----BEGIN CERTIFICATE-----
MIIBmDCCAT+gAwIBAgIUfM8aUeyq3Qw968Gx+RjFNPMqC14wCgYIKoZIzj0EAwIw
ITEfMB0GA1UEAwwWZXhhbXBsZSBDQSBvZiB0aGUgZHVtcDAgFw0yNjExMjMwOTA1
MDdaGA8yMTI2MTAzMDA5MDUwN1owITEfMB0GA1UEAwwWZXhhbXBsZSBDQSBvZiB0
aGUgZHVtcDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPyrh/y2Omls1ofGY4WN
oFmb9v0HDPkj1xjTwR0NX5jJ5qbmUk0wVYhGjdVsaNW14tTbC/AXrxMt2ILdYdwm
ZyKjUzBRMB0GA1UdDgQWBBSakWf2DHzbD6GASjVCjftfNtF4YzAfBgNVHSMEGDAW
gBSakWf2DHzbD6GASjVCjftfNtF4YzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
BAMCA0cAMEQCIAcyeTEbZi8kuF5eyFy2qFmGT5keJ6N/PEmiuG1gExmxAiBQYkZl
/GGhaJ+IJKirnSFTHoxKgmMMg3wH8ulD+rxnyw==
-----END CERTIFICATE-----
`;
