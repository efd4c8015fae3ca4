// Keys in OpenSSH's own notations: `ssh-… AAAA…` lines, fingerprints, and private key files.
import { createHash, type KeyObject, randomBytes } from "node:crypto";

/** The parts of a key that OpenSSH writes: its type name, the public fields, and the private ones. */
interface SshKey {
  readonly type: string;
  readonly publicFields: readonly Buffer[];
  readonly privateFields: readonly Buffer[];
}

// The real provider leaves the OpenSSH outputs of keys on other curves empty.
const curves: Readonly<Record<string, string>> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

/** The public key as one line of `authorized_keys`, or an empty text when OpenSSH knows no such key. */
export function opensshPublicKey(key: KeyObject): string {
  const ssh = sshKey(key);
  return ssh ? `${ssh.type} ${publicBlob(ssh).toString("base64")}\n` : "";
}

/** Fingerprints as `ssh-keygen -l` prints them. */
export function fingerprints(key: KeyObject): { md5: string; sha256: string } {
  const ssh = sshKey(key);
  if (!ssh) return { md5: "", sha256: "" };
  const blob = publicBlob(ssh);
  const md5 = createHash("md5").update(blob).digest("hex").match(/../g)!.join(":");
  return { md5, sha256: `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}` };
}

/**
 * The private key as an unencrypted `OPENSSH PRIVATE KEY` file, or an empty text when OpenSSH knows no such key.
 * Format: PROTOCOL.key in the sources of OpenSSH.
 */
export function opensshPrivateKey(key: KeyObject): string {
  const ssh = sshKey(key);
  if (!ssh) return "";
  const check = randomBytes(4);
  const comment = field(Buffer.alloc(0));
  const body = Buffer.concat([check, check, field(ssh.type), ...ssh.privateFields, comment]);
  const padding = Buffer.from(Array.from({ length: (8 - (body.length % 8)) % 8 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"), // cipher
    field("none"), // key derivation
    field(""), // its options
    Buffer.from([0, 0, 0, 1]), // number of keys
    field(publicBlob(ssh)),
    field(Buffer.concat([body, padding])),
  ]);
  const lines = file
    .toString("base64")
    .match(/.{1,70}/g)!
    .join("\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function publicBlob(ssh: SshKey): Buffer {
  return Buffer.concat([field(ssh.type), ...ssh.publicFields]);
}

function sshKey(key: KeyObject): SshKey | undefined {
  // Neither Node's JWK nor OpenSSH knows P-224.
  if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
  const jwk = key.export({ format: "jwk" });
  const part = (name: "d" | "dp" | "e" | "n" | "p" | "q" | "qi" | "x" | "y") =>
    Buffer.from(jwk[name] ?? "", "base64url");
  if (jwk.kty === "RSA") {
    const [n, e] = [integer(part("n")), integer(part("e"))];
    const secret = [part("d"), part("qi"), part("p"), part("q")].map(integer);
    return { type: "ssh-rsa", publicFields: [e, n], privateFields: [n, e, ...secret] };
  }
  if (jwk.kty === "OKP") {
    const point = part("x");
    const secret = field(Buffer.concat([part("d"), point]));
    return { type: "ssh-ed25519", publicFields: [field(point)], privateFields: [field(point), secret] };
  }
  const curve = curves[jwk.crv ?? ""];
  if (!curve) return undefined;
  const fields = [field(curve), field(Buffer.concat([Buffer.from([4]), part("x"), part("y")]))];
  const type = `ecdsa-sha2-${curve}`;
  return { type, publicFields: fields, privateFields: [...fields, integer(part("d"))] };
}

/** A length and the bytes. */
function field(content: Buffer | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A whole number: no leading zeros, but one where the first bit would mean a minus. */
function integer(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(0) : bytes.subarray(start);
  return field(digits.length > 0 && digits[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}
