// Secrets of an existing server: whole groups, right forms, and a change of any is refused, in both directions between given and generated.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { serverKeys } from "../../components/mastodon/secrets/keys.ts";
import { mastodonSecretsSchema } from "../../components/mastodon/secrets/settings.ts";
import { vapidPair } from "../../components/mastodon/secrets/vapid.ts";
import type { Existing } from "../../policies/destruction.ts";
import { changedKeys } from "../../policies/same-server.ts";
import { assertSameServer } from "../../src/same-server.ts";
import { Secret } from "../../src/secret.ts";
import { parseSettings } from "../../src/settings.ts";
import { credentials, stackFile } from "../stacks.ts";

const newPem = () =>
  generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey.export({ type: "sec1", format: "pem" }).toString();
const vapidOf = (pem: string) => {
  const { privateKey, publicKey } = vapidPair(pem);
  return { privateKey: new Secret(privateKey), publicKey: new Secret(publicKey) };
};
const key = (text = "a".repeat(32)) => new Secret(text);
const activeRecord = { primaryKey: key(), deterministicKey: key(), keyDerivationSalt: key() };

const problems = (given: unknown): string[] =>
  (mastodonSecretsSchema.safeParse(given).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")} ${message}`,
  );

describe("secrets that an operator gives", () => {
  it("come in whole groups, encrypted, and in the forms that Mastodon makes", () => {
    const vapid = vapidOf(newPem());
    expect(problems({})).toEqual([]);
    expect(problems({ secretKeyBase: key("0".repeat(128)), activeRecord, vapid })).toEqual([]);
    expect(problems({ vapid: { privateKey: vapid.privateKey } })).toEqual([expect.stringContaining("vapid.publicKey")]);
    expect(problems({ secretKeyBase: "plain text" })).toEqual([expect.stringContaining("in plain text")]);
  });

  it.each([
    ["a short key base", { secretKeyBase: key("short") }, "secretKeyBase is not the SECRET_KEY_BASE of a server"],
    [
      "a development key",
      { activeRecord: { ...activeRecord, primaryKey: key("test_primary_key_DO_NOT_USE_IN_PRODUCTION") } },
      "activeRecord.primaryKey is not a key of a production server",
    ],
    [
      "keys of two pairs",
      { vapid: { privateKey: vapidOf(newPem()).privateKey, publicKey: vapidOf(newPem()).publicKey } },
      "vapid is no pair",
    ],
  ])("refuse %s, without showing it", (_, given, message) => {
    const [problem, ...more] = problems(given);
    expect(problem).toContain(message);
    expect(problem).not.toContain("DO_NOT_USE");
    expect(more).toEqual([]);
  });

  it("are not judged where a stack file is read without its passphrase", () => {
    const sealed = new Secret();
    expect(problems({ secretKeyBase: sealed, vapid: { privateKey: sealed, publicKey: sealed } })).toEqual([]);
  });
});

const existing = (type: string, name: string, outputs: Record<string, unknown>): Existing => ({
  urn: `urn:pulumi:prod::mastodon::${type}::${name}`,
  type,
  name,
  outputs,
});
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** The state of a stack whose keys are these. */
const running = (values: Readonly<Record<string, string>>): Existing[] => [
  existing("kubernetes:core/v1:Secret", "web-environment-secret", {
    data: Object.fromEntries(Object.entries(values).map(([name, text]) => [name, base64(text)])),
  }),
];

describe("the change between given and generated keys", () => {
  const pem = newPem();
  const pair = vapidPair(pem);
  const values = {
    SECRET_KEY_BASE: "ab".repeat(64),
    ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "primary",
    ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: "deterministic",
    ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "salt",
    VAPID_PRIVATE_KEY: pair.privateKey,
  };
  const generated = [
    existing("random:index/randomBytes:RandomBytes", "secret-key-base", { hex: values.SECRET_KEY_BASE }),
    ...["primary", "deterministic", "salt"].map((result) =>
      existing("random:index/randomPassword:RandomPassword", result, { result }),
    ),
    existing("tls:index/privateKey:PrivateKey", "vapid", { privateKeyPem: pem }),
    existing("tls:index/privateKey:PrivateKey", "another-kind", { privateKeyPem: "no key at all" }),
  ];

  it("finds nothing while all stay generated", () => {
    expect(changedKeys(new Map(), [...running(values), ...generated], [])).toEqual([]);
  });

  it("refuses to give others in place of generated ones", () => {
    const path = "secrets.mastodon.activeRecord.primaryKey";
    const lines = changedKeys(new Map([[path, "other"]]), [...running(values), ...generated], []);
    expect(lines).toEqual([expect.stringContaining(`mastodon:${path}: is another one than the running server has`)]);
  });

  it("lets the operator give what was generated", () => {
    const given = new Map(
      serverKeys.flatMap(({ path, variable }) =>
        Object.entries(values).flatMap(([name, text]) => (name === variable ? [[path, text] as const] : [])),
      ),
    );
    expect(given.size).toBe(5);
    expect(changedKeys(given, [...running(values), ...generated], [])).toEqual([]);
  });

  it("refuses to generate anew what was given, key by key, with what is lost and where to read the old one", () => {
    const lines = changedKeys(new Map(), running(values), []);
    expect(lines).toHaveLength(5);
    expect(lines[1]).toMatch(/activeRecord\.primaryKey: is not given any more.*two-factor.*docs\/secrets\.md/);
    expect(lines.join()).not.toMatch(/deterministic,|: salt/);
    expect(lines.map((line) => /unprotect\[(\d)\]/.exec(line)?.[1])).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("refuses when the generated key is not the one that runs", () => {
    const stale = existing("random:index/randomPassword:RandomPassword", "primary", { result: "stale" });
    const only = running({ ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "given" });
    expect(changedKeys(new Map(), [...only, stale], [])).toHaveLength(1);
  });

  it("is possible in the run that names the key", () => {
    const only = running({ SECRET_KEY_BASE: "given" });
    expect(changedKeys(new Map(), only, ["secrets.mastodon.secretKeyBase"])).toEqual([]);
  });

  it("is seen in the public half too, which stands in a ConfigMap", () => {
    const state = [existing("kubernetes:core/v1:ConfigMap", "web", { data: { VAPID_PUBLIC_KEY: pair.publicKey } })];
    const given = new Map([["secrets.mastodon.vapid.publicKey", "other"]]);
    expect(changedKeys(given, state, [])).toHaveLength(1);
    expect(changedKeys(new Map(), [...state, ...generated], [])).toEqual([]);
  });
});

const settingsWith = (mastodon: object, changes: object = {}) =>
  parseSettings({ ...stackFile("prod"), ...changes, secrets: { ...credentials, mastodon } });

describe("the run that would change a key", () => {
  const primary = "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY";
  const state = running({ [primary]: "p".repeat(32) });

  it("ends before anything is registered, whether the key is another one or is given no longer", () => {
    expect(() => assertSameServer(settingsWith({ activeRecord }), {}, state)).toThrow(
      /this would be another server; nothing was changed:\n {2}mastodon:secrets\.mastodon\.activeRecord\.primaryKey: is another one/,
    );
    expect(() => assertSameServer(settingsWith({}), {}, state)).toThrow(/primaryKey: is not given any more/);
  });

  it("goes on with the same key, and where nothing is protected", () => {
    const same = { ...activeRecord, primaryKey: key("p".repeat(32)) };
    expect(() => assertSameServer(settingsWith({ activeRecord: same }), {}, state)).not.toThrow();
    expect(() => assertSameServer(settingsWith({ activeRecord }, { protect: false }), {}, state)).not.toThrow();
  });
});
