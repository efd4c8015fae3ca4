// What the packages random and tls would generate: fixed values of the wanted length.
import { type AnswerOf, certificatePem, hex, madeAt, privateKeyPem, publicKeyPem, textOf, uuid } from "./values.ts";

const text: AnswerOf = ({ length }) => ({ id: "none", outputs: { result: "a".repeat(Number(length)) } });

const bytes: AnswerOf = ({ length }) => {
  const base64 = Buffer.alloc(Number(length), 1).toString("base64");
  return { id: base64, outputs: { hex: "ab".repeat(Number(length)), base64 } };
};

const randomId: AnswerOf = ({ byteLength }, name) => {
  const digits = hex(name, 2 * Number(byteLength));
  const base64 = Buffer.from(digits, "hex");
  return {
    id: base64.toString("base64url"),
    outputs: { hex: digits, b64Std: base64.toString("base64"), b64Url: base64.toString("base64url"), dec: "1" },
  };
};

const anyUuid: AnswerOf = (_inputs, name) => ({ id: uuid(name), outputs: { result: uuid(name) } });

const signed: AnswerOf = (_inputs, name) => ({
  id: hex(name, 39),
  outputs: {
    certPem: certificatePem,
    validityStartTime: madeAt,
    validityEndTime: "2036-01-01T00:00:00Z",
    readyForRenewal: false,
  },
});

const privateKey: AnswerOf = ({ algorithm }, name) => ({
  id: hex(name, 40),
  outputs: {
    algorithm: textOf(algorithm),
    privateKeyPem,
    publicKeyPem,
    privateKeyOpenssh: privateKeyPem,
    publicKeyOpenssh: "ecdsa-sha2-nistp256 AAAA example\n",
  },
});

/** By class name. */
export const randomAnswers: Readonly<Record<string, AnswerOf>> = {
  RandomBytes: bytes,
  RandomId: randomId,
  RandomInteger: ({ min }) => ({ id: String(min), outputs: { result: Number(min) } }),
  RandomPassword: text,
  RandomPet: () => ({ id: "brave-mastodon" }),
  RandomShuffle: ({ inputs }) => ({ id: "-", outputs: { results: inputs } }),
  RandomString: text,
  RandomUuid: anyUuid,
  RandomUuid4: anyUuid,
  RandomUuid7: anyUuid,
};

/** By class name. */
export const tlsAnswers: Readonly<Record<string, AnswerOf>> = {
  CertRequest: (_inputs, name) => ({
    id: hex(name, 40),
    outputs: { certRequestPem: certificatePem.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST") },
  }),
  LocallySignedCert: signed,
  PrivateKey: privateKey,
  SelfSignedCert: signed,
};
