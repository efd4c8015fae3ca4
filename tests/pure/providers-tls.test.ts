// The emulated tls provider: keys and certificates that other software takes, and refusals with the property's name.
import { createPrivateKey, createPublicKey, createHash, sign, verify, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Created, type Properties, UNKNOWN } from "../../local/providers/contract.ts";
import { plain } from "../../local/providers/plain.ts";
import { provider } from "../../local/providers/tls/index.ts";
import { ProviderUnderTest } from "../support/provider-under-test.ts";

const tls = new ProviderUnderTest(provider);

const keyKinds = [
  ["RSA", { algorithm: "RSA", rsaBits: 2048 }],
  ["ECDSA P256", { algorithm: "ECDSA", ecdsaCurve: "P256" }],
  ["ECDSA P384", { algorithm: "ECDSA", ecdsaCurve: "P384" }],
  ["ECDSA P521", { algorithm: "ECDSA", ecdsaCurve: "P521" }],
  ["ED25519", { algorithm: "ED25519" }],
] as const;

const authority = { isCaCertificate: true, validityPeriodHours: 48, allowedUses: ["cert_signing", "crl_signing"] };

function text(created: Created, name: string): string {
  return plain(created.state[name]);
}

/** The first field of an OpenSSH public key, which repeats the type. */
function sshBlob(line: string): Buffer {
  return Buffer.from(line.split(" ")[1]!, "base64");
}

async function firstLine(inputs: Properties): Promise<string | undefined> {
  return text(await tls.create("PrivateKey", inputs), "privateKeyPem").split("\n")[0];
}

/** The fields of OpenSSH's notation: each a length and the bytes. */
function sshFields(blob: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length; at += 4 + blob.readUInt32BE(at))
    fields.push(blob.subarray(at + 4, at + 4 + blob.readUInt32BE(at)));
  return fields;
}

/** Numbers of a key in the order of OpenSSH's private key file (PROTOCOL.key): `n e d iqmp p q` for RSA. */
function numbers(pem: string, names: readonly ("d" | "e" | "n" | "p" | "q" | "qi")[]): bigint[] {
  const jwk = createPrivateKey(pem).export({ format: "jwk" });
  return names.map((name) => number(Buffer.from(jwk[name]!, "base64url")));
}

function number(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

describe("private keys", () => {
  it.each(keyKinds)("of %s are one key in every notation", async (_kind, inputs) => {
    const key = await tls.create("PrivateKey", inputs);
    const secret = createPrivateKey(text(key, "privateKeyPem"));
    expect(createPrivateKey(text(key, "privateKeyPemPkcs8")).equals(secret)).toBe(true);
    const open = createPublicKey(text(key, "publicKeyPem"));
    expect(createPublicKey(secret).equals(open)).toBe(true);
    const digest = inputs.algorithm === "ED25519" ? null : "sha256";
    expect(verify(digest, Buffer.from("toot"), open, sign(digest, Buffer.from("toot"), secret))).toBe(true);
  });

  it.each(keyKinds)("of %s have an OpenSSH public key, with the fingerprints of it", async (_kind, inputs) => {
    const key = await tls.create("PrivateKey", inputs);
    const line = text(key, "publicKeyOpenssh");
    expect(line).toMatch(/^(ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp\d+) [\w+/]+=*\n$/);
    const blob = sshBlob(line);
    expect(blob.subarray(4, 4 + blob.readUInt32BE()).toString()).toBe(line.split(" ")[0]);
    const sha256 = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
    expect(text(key, "publicKeyFingerprintSha256")).toBe(`SHA256:${sha256}`);
    expect(text(key, "publicKeyFingerprintMd5")).toMatch(/^([\da-f]{2}:){15}[\da-f]{2}$/);
  });

  it.each(keyKinds)("of %s in OpenSSH's file hold the same public key", async (_kind, inputs) => {
    const key = await tls.create("PrivateKey", inputs);
    const lines = text(key, "privateKeyOpenssh").trim().split("\n");
    expect([lines[0], lines.at(-1)]).toEqual([
      "-----BEGIN OPENSSH PRIVATE KEY-----",
      "-----END OPENSSH PRIVATE KEY-----",
    ]);
    const file = Buffer.from(lines.slice(1, -1).join(""), "base64");
    expect(file.subarray(0, 15).toString()).toBe("openssh-key-v1\0");
    expect(file.includes(sshBlob(text(key, "publicKeyOpenssh")))).toBe(true);
  });

  it("of RSA have their numbers in OpenSSH's order, in both halves", async () => {
    const key = await tls.create("PrivateKey", { algorithm: "RSA" });
    const pem = text(key, "privateKeyPem");
    const open = sshFields(sshBlob(text(key, "publicKeyOpenssh"))).slice(1);
    expect(open.map(number)).toEqual(numbers(pem, ["e", "n"]));
    const file = Buffer.from(text(key, "privateKeyOpenssh").replaceAll(/-----.*-----|\n/g, ""), "base64");
    // Cipher, derivation and its options; then, after the number of keys, the public half and the private one.
    const [, secret] = sshFields(file.subarray("openssh-key-v1\0".length + 8 + 8 + 4 + 4));
    expect(secret!.subarray(0, 4)).toEqual(secret!.subarray(4, 8));
    const fields = sshFields(secret!.subarray(8)).slice(1, 7);
    expect(fields.map(number)).toEqual(numbers(pem, ["n", "e", "d", "qi", "p", "q"]));
    expect(secret!.length % 8).toBe(0);
  });

  it("use the traditional PEM of their kind", async () => {
    expect(await firstLine({ algorithm: "RSA" })).toBe("-----BEGIN RSA PRIVATE KEY-----");
    expect(await firstLine({ algorithm: "ECDSA", ecdsaCurve: "P256" })).toBe("-----BEGIN EC PRIVATE KEY-----");
    expect(await firstLine({ algorithm: "ED25519" })).toBe("-----BEGIN PRIVATE KEY-----");
  });

  it("on the default curve P224 have no OpenSSH notation", async () => {
    const key = await tls.create("PrivateKey", { algorithm: "ECDSA" });
    expect(key.state["ecdsaCurve"]).toBe("P224");
    expect([key.state["publicKeyOpenssh"], key.state["privateKeyOpenssh"]]).toEqual(["", ""]);
  });

  it("are secrets, and their public halves are not", () => {
    const { facts } = tls.type("PrivateKey");
    const secret = Object.keys(facts).filter((name) => facts[name]!.sensitive);
    expect(secret).toEqual(["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]);
  });
});

describe("certificates", () => {
  it.each(keyKinds)("are signed by an authority with a key of %s", async (_kind, inputs) => {
    const key = await tls.create("PrivateKey", inputs);
    const privateKeyPem = text(key, "privateKeyPem");
    const ca = await tls.create("SelfSignedCert", {
      ...authority,
      privateKeyPem,
      subject: { commonName: "authority" },
    });
    const request = await tls.create("CertRequest", {
      privateKeyPem,
      subject: { commonName: "leaf", organization: "Example" },
      dnsNames: ["social.example.org"],
      ipAddresses: ["10.0.0.7"],
    });
    const leaf = await tls.create("LocallySignedCert", {
      certRequestPem: text(request, "certRequestPem"),
      caCertPem: text(ca, "certPem"),
      caPrivateKeyPem: privateKeyPem,
      validityPeriodHours: 1,
      allowedUses: ["server_auth", "digital_signature"],
    });
    const [root, signed] = [new X509Certificate(text(ca, "certPem")), new X509Certificate(text(leaf, "certPem"))];
    expect([root.ca, signed.ca]).toEqual([true, false]);
    expect(root.verify(root.publicKey)).toBe(true);
    expect(signed.verify(root.publicKey)).toBe(true);
    expect(signed.checkIssued(root)).toBe(true);
    expect(signed.checkHost("social.example.org")).toBe("social.example.org");
    expect(signed.checkIP("10.0.0.7")).toBe("10.0.0.7");
    expect(signed.subject).toBe("O=Example\nCN=leaf");
    expect(BigInt(`0x${signed.serialNumber}`).toString()).toBe(leaf.id);
  });

  it("last as long as asked for", async () => {
    const key = await tls.create("PrivateKey", { algorithm: "ED25519" });
    const inputs = { privateKeyPem: text(key, "privateKeyPem"), validityPeriodHours: 12, allowedUses: [] };
    const cert = await tls.create("SelfSignedCert", inputs);
    const [start, end] = [text(cert, "validityStartTime"), text(cert, "validityEndTime")].map((time) =>
      Date.parse(time),
    );
    expect(end! - start!).toBe(12 * 3_600_000);
    expect(Date.parse(new X509Certificate(text(cert, "certPem")).validTo)).toBe(end);
    expect(cert.state["readyForRenewal"]).toBe(false);
  });

  it("keep their text when only the renewal window changes", async () => {
    const key = await tls.create("PrivateKey", { algorithm: "ED25519" });
    const inputs = { privateKeyPem: text(key, "privateKeyPem"), validityPeriodHours: 12, allowedUses: [] };
    const cert = await tls.create("SelfSignedCert", inputs);
    const later = { ...inputs, earlyRenewalHours: 2 };
    expect(tls.diff("SelfSignedCert", cert, later)).toMatchObject({ replaces: [] });
    expect(tls.update("SelfSignedCert", cert, later).state).toMatchObject({
      certPem: text(cert, "certPem"),
      earlyRenewalHours: 2,
    });
    expect(tls.diff("SelfSignedCert", cert, { ...inputs, validityPeriodHours: 13 }).replaces).toEqual([
      "validityPeriodHours",
    ]);
  });

  it("refuse an authority whose key is another one", async () => {
    const keys = [
      await tls.create("PrivateKey", { algorithm: "ED25519" }),
      await tls.create("PrivateKey", { algorithm: "ED25519" }),
    ];
    const [own, other] = keys.map((key) => text(key, "privateKeyPem"));
    const ca = await tls.create("SelfSignedCert", { ...authority, privateKeyPem: own!, subject: { commonName: "a" } });
    const request = await tls.create("CertRequest", { privateKeyPem: own! });
    const inputs = {
      certRequestPem: text(request, "certRequestPem"),
      caCertPem: text(ca, "certPem"),
      validityPeriodHours: 1,
      allowedUses: [],
    };
    await expect(tls.create("LocallySignedCert", { ...inputs, caPrivateKeyPem: other! })).rejects.toThrow(
      /do not belong together/,
    );
  });
});

describe("refusals", () => {
  const cert = { privateKeyPem: "x", validityPeriodHours: 1, allowedUses: ["server_auth"] };
  it.each([
    ["an unknown property", "PrivateKey", { algorithm: "RSA", bits: 2048 }, "bits"],
    ["a missing algorithm", "PrivateKey", {}, "algorithm"],
    ["an unknown algorithm", "PrivateKey", { algorithm: "DSA" }, "algorithm"],
    ["an unknown curve", "PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P255" }, "ecdsaCurve"],
    ["a size that is text", "PrivateKey", { algorithm: "RSA", rsaBits: "2048" }, "rsaBits"],
    ["a size that is broken", "PrivateKey", { algorithm: "RSA", rsaBits: 512 }, "rsaBits"],
    ["an unknown use", "SelfSignedCert", { ...cert, allowedUses: ["everything"] }, "allowedUses"],
    ["a negative validity", "SelfSignedCert", { ...cert, validityPeriodHours: -1 }, "validityPeriodHours"],
    ["a missing key", "SelfSignedCert", { validityPeriodHours: 1, allowedUses: [] }, "privateKeyPem"],
    ["a write-only key", "CertRequest", { privateKeyPemWo: "x" }, "privateKeyPemWo"],
    ["an authority without a name", "SelfSignedCert", { ...cert, isCaCertificate: true }, "subject"],
    ["an unknown part of a name", "CertRequest", { privateKeyPem: "x", subject: { nick: "a" } }, "subject.nick"],
    [
      "a missing request",
      "LocallySignedCert",
      { caCertPem: "x", caPrivateKeyPem: "x", validityPeriodHours: 1, allowedUses: [] },
      "certRequestPem",
    ],
  ])("name the property of %s", (_what, name, inputs, property) => {
    expect(tls.refused(name, inputs)).toEqual([property]);
  });

  it("never meet what is not known yet", () => {
    const full = { ...cert, subject: { commonName: "a" }, isCaCertificate: true, setAuthorityKeyId: true };
    for (const key of Object.keys(full))
      expect(tls.refused("SelfSignedCert", { ...full, [key]: UNKNOWN }), key).toEqual([]);
  });

  it("of something that is no key never show it", async () => {
    const attempt = tls.create("CertRequest", { privateKeyPem: "half a secret" });
    await expect(attempt).rejects.toThrow(/^privateKeyPem is not a private key in PEM/);
    await expect(attempt).rejects.not.toThrow(/half a secret/);
  });
});

describe("getPublicKey", () => {
  it("tells the public half of a key", async () => {
    const key = await tls.create("PrivateKey", { algorithm: "ED25519" });
    const answer = await tls.invoke("getPublicKey", { privateKeyPem: text(key, "privateKeyPem") });
    expect(answer).toMatchObject({
      algorithm: "ED25519",
      publicKeyPem: text(key, "publicKeyPem"),
      publicKeyOpenssh: text(key, "publicKeyOpenssh"),
    });
  });
});
