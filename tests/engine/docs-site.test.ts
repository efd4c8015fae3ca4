// The real Pulumi engine publishes a folder to a bucket of the local cloud: only what changed in the folder changes there.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as digitalocean from "@pulumi/digitalocean";
import type { OpMap } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storageSettingsSchema } from "../../components/storage/settings.ts";
import { StaticSite } from "../../components/storage/site/static-site.ts";
import { VersionedBucket } from "../../components/storage/versioned-bucket.ts";
import { openAccount } from "../../local/account/index.ts";
import { openLocalStack } from "../../local/engine/stack.ts";
import { readDocsSite } from "../../src/docs-site.ts";
import { removeHome, temporaryHome } from "../support/local-cloud.ts";

const minutes = 60_000;
const home = temporaryHome();
const settingsFile = join(home, "settings.yaml");
const storage = storageSettingsSchema.parse({ docs: { site: "site" } });
const objectType = "digitalocean:index/spacesBucketObject:SpacesBucketObject";

/** A bucket and, in it, the site of the folder as it is at this moment. */
async function program(): Promise<Record<string, unknown>> {
  const provider = new digitalocean.Provider("account", {
    token: "test-token",
    spacesAccessId: "test-id",
    spacesSecretKey: "test-key",
  });
  const plan = { bucket: "test-docs", region: "nyc3", keepDays: 30, origins: [], protect: false, probe: true };
  const { bucket } = new VersionedBucket("docs", plan, { providers: [provider] });
  const objects = readDocsSite({ storage }, home);
  new StaticSite("docs-site", { bucket, region: "nyc3", objects }, { providers: [provider] });
  return {};
}

const open = () => openLocalStack({ home, settingsFile, program });

/** Brings the folder up, and counts what changed. */
async function published(): Promise<OpMap> {
  const { resourceChanges = {} } = (await (await open()).up()).summary;
  const { same: _, ...changes } = resourceChanges;
  return changes;
}

function write(path: string, text: string): void {
  const file = join(home, "site", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The site's objects as the account holds them. */
function stored() {
  const account = openAccount(home);
  try {
    const objects = account.list({ type: objectType }).map(({ object }) => object);
    return Object.fromEntries(objects.map((object) => [JSON.stringify(object["key"]).slice(1, -1), object]));
  } finally {
    account.close();
  }
}

beforeAll(() => {
  writeFileSync(settingsFile, 'config:\n  pulumi:disable-default-providers: ["*"]\n');
  write("index.html", "<h1>About</h1>");
  write("rules/index.html", "<h1>Rules</h1>");
  write("style.css", "h1 { color: blue }");
});
afterAll(() => removeHome(home));

describe("publishing the documentation site", { timeout: 10 * minutes }, () => {
  it("makes an object for each file, and one for each folder with an index", async () => {
    await published();
    expect(Object.keys(stored()).toSorted()).toEqual([
      "index.html",
      "rules/",
      "rules/index.html",
      "style.css",
      "uptime.txt",
    ]);
    expect(stored()["rules/"]).toMatchObject({ contentType: "text/html; charset=utf-8", content: "<h1>Rules</h1>" });
  });

  it("changes nothing while no file changes", async () => {
    expect(await published()).toEqual({});
  });

  it("changes the one object whose file changed, in place", async () => {
    const before = stored();
    write("style.css", "h1 { color: green }");
    expect(await published()).toEqual({ update: 1 });
    const after = stored();
    expect(after["style.css"]).toMatchObject({ content: "h1 { color: green }" });
    expect(after["style.css"]?.["versionId"]).not.toBe(before["style.css"]?.["versionId"]);
    expect({ ...after, "style.css": before["style.css"] }).toEqual(before);
  });

  it("adds one object for a new file, and removes one for a removed file", async () => {
    write("about.txt", "hello");
    expect(await published()).toEqual({ create: 1 });
    expect(stored()).toHaveProperty(["about.txt", "content"], "hello");
    rmSync(join(home, "site/about.txt"));
    expect(await published()).toEqual({ delete: 1 });
    expect(stored()).not.toHaveProperty(["about.txt"]);
  });

  it("puts an object right that somebody overwrote", async () => {
    const account = openAccount(home);
    try {
      const page = account.list({ type: objectType }).find(({ object }) => object["key"] === "index.html");
      if (page) account.put(page, { ...page.object, etag: "0".repeat(32) });
    } finally {
      account.close();
    }
    await (await open()).refresh();
    expect(await published()).toEqual({ update: 1 });
    expect(stored()["index.html"]?.["etag"]).not.toBe("0".repeat(32));
  });

  it("refuses to begin when a file cannot be published", async () => {
    write("uptime.txt", "mine");
    await expect(published()).rejects.toThrow(/uptime.txt/);
    rmSync(join(home, "site/uptime.txt"));
  });
});
