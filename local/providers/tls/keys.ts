// Private keys: making them, reading them, and every notation in which `PrivateKey` offers them.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { type Hooks, type Properties, CloudError } from "../contract.ts";
import { fingerprints, opensshPrivateKey, opensshPublicKey } from "./openssh.ts";
import { plain } from "../plain.ts";

/** The algorithms of the real provider. */
export const algorithms = ["RSA", "ECDSA", "ED25519"] as const;

/** The curves of the real provider, and what Node calls them. */
export const curves: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

/** `PrivateKey`. */
export const privateKey: Hooks = {
  // The real id is the SHA-1 of the public key; here the id comes before the key, so it is as long, and random.
  id: () => randomBytes(20).toString("hex"),
  outputs: (_ctx, _id, inputs, previous) => (previous ? {} : privateKeyOutputs(newPrivateKey(inputs))),
};

/** A new private key for the inputs of `PrivateKey`. */
function newPrivateKey(inputs: Properties): KeyObject {
  const { algorithm, ecdsaCurve, rsaBits } = inputs;
  if (algorithm === "RSA") return generateKeyPairSync("rsa", { modulusLength: Number(rsaBits ?? 2048) }).privateKey;
  if (algorithm !== "ECDSA") return generateKeyPairSync("ed25519").privateKey;
  return generateKeyPairSync("ec", { namedCurve: curves[plain(ecdsaCurve ?? "P224")]! }).privateKey;
}

/** Everything that `PrivateKey` tells of a key. */
function privateKeyOutputs(key: KeyObject): Properties {
  const { algorithm: _algorithm, id: _id, ...open } = publicKeyOutputs(key);
  return {
    ...open,
    privateKeyPem: privateKeyPem(key),
    privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }).toString(),
    privateKeyOpenssh: opensshPrivateKey(key),
  };
}

/** Everything public about a private key, as `getPublicKey` answers. */
export function publicKeyOutputs(key: KeyObject): Properties {
  const { md5, sha256 } = fingerprints(key);
  const open = createPublicKey(key);
  return {
    algorithm: algorithmOf(key),
    id: createHash("sha1")
      .update(open.export({ type: "spki", format: "der" }))
      .digest("hex"),
    publicKeyPem: open.export({ type: "spki", format: "pem" }).toString(),
    publicKeyOpenssh: opensshPublicKey(key),
    publicKeyFingerprintMd5: md5,
    publicKeyFingerprintSha256: sha256,
  };
}

/** Reads a private key in PEM. `property` names where it was given; the message never shows the key. */
export function readPrivateKey(pem: unknown, property: string): KeyObject {
  try {
    return createPrivateKey(plain(pem));
  } catch {
    const message = `${property} is not a private key in PEM; give for example the privateKeyPem of a PrivateKey`;
    throw new CloudError("unprocessable_entity", message, property);
  }
}

/** What the real provider calls the kind of a key. */
export function algorithmOf(key: KeyObject): string {
  const kind = key.asymmetricKeyType;
  return kind === "ec" ? "ECDSA" : (kind ?? "unknown").toUpperCase();
}

/** Each kind of key has its own traditional PEM; Ed25519 has only PKCS #8. */
function privateKeyPem(key: KeyObject): string {
  const kind = key.asymmetricKeyType;
  const type = kind === "rsa" ? "pkcs1" : kind === "ec" ? "sec1" : "pkcs8";
  return key.export({ type, format: "pem" }).toString();
}
