// The real Pulumi engine keeps one escrow bundle in a bucket of the local cloud: the same while nothing changes, another beside it when something does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { armor, Decrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Escrow } from "../../components/escrow/escrow.ts";
import { VersionedBucket } from "../../components/storage/versioned-bucket.ts";
import { openAccount } from "../../local/account/index.ts";
import { openLocalStack } from "../../local/engine/stack.ts";
import { previousResources } from "../../src/previous-resources.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";

const minutes = 60_000;
const home = temporaryHome();
const settingsFile = join(home, "settings.yaml");
const objectType = "digitalocean:index/spacesBucketObject:SpacesBucketObject";

/** A generated secret and its bundle. */
function escrowFor(recipients: readonly string[]) {
  return async (): Promise<Record<string, unknown>> => {
    const state = await previousResources();
    const account = new digitalocean.Provider("account", { token: "t", spacesAccessId: "id", spacesSecretKey: "key" });
    const plan = { bucket: "test-backups", region: "sfo3", keepDays: 35, origins: [], protect: false, probe: false };
    const { bucket } = new VersionedBucket("backups", plan, { providers: [account] });
    const generated = new random.Provider("random");
    const { hex: value } = new random.RandomBytes("secret", { length: 64 }, { provider: generated });
    const contents = pulumi.output(value).apply((secret) => ({
      server: { name: "social", localDomain: "social.example", webDomain: "social.example" },
      secrets: [{ variable: "SECRET_KEY_BASE", setting: "secrets.mastodon.secretKeyBase", value: secret }],
      buckets: [],
    }));
    const escrow = new Escrow(
      "escrow",
      { bucket, region: "sfo3", contents, recipients, state },
      { providers: [account] },
    );
    return { key: escrow.key, value };
  };
}

const open = (recipients: readonly string[]) => openLocalStack({ home, settingsFile, program: escrowFor(recipients) });

const bundleShape = z.object({ key: z.string(), content: z.string() });

/** The bundles that the account holds, by their keys. */
function stored(): Map<string, string> {
  const account = openAccount(home);
  try {
    const objects = account.list({ type: objectType }).map(({ object }) => object);
    return new Map(objects.map((object) => bundleShape.parse(object)).map(({ key, content }) => [key, content]));
  } finally {
    account.close();
  }
}

async function opened(key: string, identity: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(armor.decode(stored().get(key) ?? ""), "text");
}

describe("the escrow bundle under the engine", { timeout: 10 * minutes }, () => {
  const [one, two] = [
    { identity: "", recipient: "" },
    { identity: "", recipient: "" },
  ];
  let firstKey: string;
  let value: string;

  beforeAll(async () => {
    writeFileSync(settingsFile, 'config:\n  pulumi:disable-default-providers: ["*"]\n');
    for (const pair of [one, two]) {
      pair.identity = await generateIdentity();
      pair.recipient = await identityToRecipient(pair.identity);
    }
    const stack = await open([one.recipient]);
    await stack.preview(); // while nothing is known
    const { outputs } = await stack.up();
    firstKey = String(outputs["key"]?.value);
    value = String(outputs["value"]?.value);
  }, 10 * minutes);
  afterAll(() => removeHome(home));

  it("holds what was generated, for its recipient alone", async () => {
    expect(await opened(firstKey, one.identity)).toContain(`"value": "${value}"`);
    await expect(opened(firstKey, two.identity)).rejects.toThrow("no identity matched");
  });

  it("does not change when nothing does, in whatever run", async () => {
    const before = stored();
    await (await open([one.recipient])).up({ expectNoChanges: true });
    await (await open([one.recipient])).refresh();
    await (await open([one.recipient])).preview({ expectNoChanges: true });
    expect(stored()).toEqual(before);
  });

  it("leaves nothing of the secret or of itself in the state that can be read", () => {
    // As it lies on the disk: an export through the Automation API is decrypted.
    const exported = readFileSync(join(home, "state", ".pulumi", "stacks", "mastodon", "local.json"), "utf8");
    expect(exported).toContain(firstKey);
    expect(exported).not.toContain(value);
    expect(exported).not.toContain("AGE ENCRYPTED FILE");
  });

  it("is made anew for a further recipient, and the former one stays", async () => {
    const { outputs } = await (await open([one.recipient, two.recipient])).up();
    const key = String(outputs["key"]?.value);
    expect(key).not.toBe(firstKey);
    expect([...stored().keys()].toSorted()).toEqual([firstKey, key].toSorted());
    expect(await opened(key, two.identity)).toContain(value);
    expect(await opened(firstKey, one.identity)).toContain(value);
    await (await open([two.recipient, one.recipient])).preview({ expectNoChanges: true });
  });
});
