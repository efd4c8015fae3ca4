// The escrow bundle: only its recipients open it, it stays the same while nothing changes, and its fingerprint tells nothing.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { armor, Decrypter, generateHybridIdentity, generateIdentity, identityToRecipient } from "age-encryption";
import { describe, expect, it } from "vitest";
import { bundleFingerprint, type EscrowContents } from "../../components/escrow/bundle.ts";
import { savedBundle, sealedBundle } from "../../components/escrow/seal.ts";
import { escrowSettingsSchema } from "../../components/escrow/settings.ts";

const contents: EscrowContents = {
  server: { name: "social", localDomain: "social.example", webDomain: "www.social.example" },
  secrets: [
    { variable: "SECRET_KEY_BASE", setting: "secrets.mastodon.secretKeyBase", value: "ab".repeat(64) },
    { variable: "VAPID_PRIVATE_KEY", setting: "secrets.mastodon.vapid.privateKey", value: "private" },
  ],
  buckets: [{ purpose: "media", provider: "digitalocean", name: "social-media", region: "nyc3" }],
};

const pair = async () => {
  const identity = await generateIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
};

async function opened(text: string, identity: string): Promise<unknown> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return JSON.parse(await decrypter.decrypt(armor.decode(text), "text"));
}

describe("the bundle", () => {
  it("is opened by each recipient alone, and by nobody else", async () => {
    const [one, two, stranger] = [await pair(), await pair(), await pair()];
    const { text } = await sealedBundle(contents, [one.recipient, two.recipient], undefined);
    for (const { identity } of [one, two])
      expect(await opened(text, identity)).toMatchObject({ format: "mastodon-escrow", version: 1, ...contents });
    await expect(opened(text, stranger.identity)).rejects.toThrow("no identity matched");
    expect(text).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
  });

  it("stays to the letter while contents and recipients are the same, in whatever order", async () => {
    const [one, two] = [await pair(), await pair()];
    const first = await sealedBundle(contents, [one.recipient, two.recipient], undefined);
    expect(await sealedBundle(contents, [two.recipient, one.recipient], first)).toBe(first);
    expect(await sealedBundle(contents, [one.recipient, two.recipient], undefined)).not.toEqual(first);
  });

  it("is made anew for another recipient or another secret", async () => {
    const [one, two] = [await pair(), await pair()];
    const first = await sealedBundle(contents, [one.recipient], undefined);
    const both = await sealedBundle(contents, [one.recipient, two.recipient], first);
    expect(await opened(both.text, two.identity)).toMatchObject(contents);
    const changed = { ...contents, secrets: contents.secrets.map((secret) => ({ ...secret, value: "other" })) };
    expect(await opened((await sealedBundle(changed, [one.recipient], first)).text, one.identity)).toMatchObject(
      changed,
    );
  });

  it("has a fingerprint that needs all secrets to be made again", () => {
    const whole = bundleFingerprint(contents, []);
    expect(whole).toMatch(/^[0-9a-f]{32}$/);
    const guessed = contents.secrets.map((secret, index) => (index === 0 ? { ...secret, value: "guess" } : secret));
    expect(bundleFingerprint({ ...contents, secrets: guessed }, [])).not.toBe(whole);
  });

  it("is opened by the age of the machine, where it has one", async ({ skip }) => {
    if (spawnSync("age", ["--version"]).error !== undefined) skip("no age on this machine");
    const { identity, recipient } = await pair();
    const { text } = await sealedBundle(contents, [recipient], undefined);
    const folder = mkdtempSync(join(tmpdir(), "escrow-"));
    try {
      writeFileSync(join(folder, "identity"), `${identity}\n`, { mode: 0o600 });
      const clear = execFileSync("age", ["--decrypt", "--identity", join(folder, "identity")], { input: text });
      expect(JSON.parse(clear.toString())).toMatchObject(contents);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const object = (outputs: Record<string, unknown>, name = "escrow-bundle") => ({
  urn: "urn",
  type: "digitalocean:index/spacesBucketObject:SpacesBucketObject",
  name,
  outputs,
});

describe("the bundle in the state", () => {
  it("is found by its logical name, with its fingerprint", () => {
    const whole = object({ content: "closed", metadata: { fingerprint: "f" } });
    const other = object({ content: "x", metadata: { fingerprint: "g" } }, "media-probe");
    expect(savedBundle([other, whole], "escrow-bundle")).toEqual({ text: "closed", fingerprint: "f" });
  });

  it("is none where an update was interrupted or nothing was there", () => {
    expect(savedBundle([], "escrow-bundle")).toBeUndefined();
    expect(savedBundle([object({})], "escrow-bundle")).toBeUndefined();
    expect(savedBundle([object({ content: "closed", metadata: {} })], "escrow-bundle")).toBeUndefined();
  });
});

const problems = (recipients: readonly string[]): string[] =>
  (escrowSettingsSchema.safeParse({ recipients }).error?.issues ?? []).map(({ message }) => message);

describe("recipients", () => {
  it("are none by default, and any number of age keys of one kind", async () => {
    expect(escrowSettingsSchema.parse({})).toEqual({ recipients: [] });
    expect(problems([(await pair()).recipient, (await pair()).recipient])).toEqual([]);
    expect(problems([await identityToRecipient(await generateHybridIdentity())])).toEqual([]);
  });

  it("are refused where they are wrong, with what is right", async () => {
    const { identity, recipient } = await pair();
    const hybrid = await identityToRecipient(await generateHybridIdentity());
    expect(problems([identity])[0]).toContain("is a private key");
    expect(problems(["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me"])[0]).toContain("ssh keys and plugins are not taken");
    expect(problems([`${recipient.slice(0, -1)}${recipient.endsWith("q") ? "p" : "q"}`])[0]).toContain(
      "no valid age key",
    );
    expect(problems([recipient, recipient])[0]).toContain("must name each key once");
    expect(problems([recipient, hybrid])[0]).toContain("take one kind");
  });
});
