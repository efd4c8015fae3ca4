// The reference production stack on the local cloud, through the command line that people use: up, nothing to do, drift, cancel, destroy.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withAccount } from "../../local/account/index.ts";
import { listClusters } from "../../local/cluster/index.ts";
import { kubeconfigPath, projectRoot } from "../../local/home.ts";
import { outputsSchema } from "../../src/outputs.ts";
import { removeHome, runLocal, startLocal, temporaryHome } from "../support/local-cloud.ts";

const minutes = 60_000;
const localSettings = join(projectRoot, "Pulumi.local.yaml");

/** Every object of the account as `type id`, so that a doubled one shows. */
function objects(home: string): string[] {
  return withAccount(home, (account) => account.list().map(({ type, urn }) => `${type} ${urn}`));
}

describe("settings with mistakes", () => {
  const home = temporaryHome();
  afterAll(() => removeHome(home));

  it("are told in one report, a line each, and touch nothing", async () => {
    const file = join(home, "Pulumi.wrong.yaml");
    const wrong = readFileSync(localSettings, "utf8")
      .replace(/^config:$/mu, "config:\n  mastodon:colour: blue")
      .replace(/^( +mastodon:name:).*$/mu, "")
      .replace(/^config:$/mu, "config:\n  mastodon:name: Not A Name\n  mastodon:protect2: yes");
    writeFileSync(file, wrong);
    const { code, text } = await runLocal(home, "up", "--settings", file);
    expect(code).toBe(1);
    expect(text).toContain("3 mistakes");
    expect(text.split("\n").filter((line) => line.startsWith("  "))).toHaveLength(3);
    expect(text).toMatch(/colour/u);
    expect(text).toMatch(/protect2/u);
    expect(existsSync(join(home, "account.sqlite"))).toBe(false);
    expect(existsSync(join(home, "state"))).toBe(false);
  });
});

describe("the reference stack", () => {
  const home = temporaryHome();
  const settings = join(home, "settings.yaml");
  beforeAll(() => copyFileSync(localSettings, settings));
  afterAll(() => removeHome(home));
  const run = (...args: string[]) => runLocal(home, ...args, "--settings", settings);

  it(
    "comes up after being cancelled in the middle, with nothing doubled",
    async () => {
      const first = startLocal(home, "start", "--settings", settings);
      await first.seen(/\+ digitalocean DatabaseCluster/u);
      first.child.kill("SIGINT");
      const cancelled = await first.finished;
      expect(cancelled.text).toContain("cancelled");
      expect(cancelled.code).toBe(1);

      const { code, text } = await run("start");
      expect(text).toContain("Workloads");
      expect(code).toBe(0);
      const held = objects(home);
      expect(held.length).toBeGreaterThan(20);
      expect(held.filter((object, index) => held.indexOf(object) !== index)).toEqual([]);
    },
    15 * minutes,
  );

  it(
    "has outputs that keep the contract, and hides the secret one",
    async () => {
      const shown = await run("outputs", "--show-secrets");
      expect(() => outputsSchema.parse(JSON.parse(jsonOf(shown.text)))).not.toThrow();
      const hidden: { kubeconfig: string } = JSON.parse(jsonOf((await run("outputs")).text));
      expect(hidden.kubeconfig).toBe("[secret]");
    },
    2 * minutes,
  );

  it(
    "reports no changes the second time",
    async () => {
      const { code, text } = await run("start");
      expect(code).toBe(0);
      expect(text).toMatch(/^No changes: \d+ resources/mu);
    },
    5 * minutes,
  );

  it(
    "goes on with its objects after everything was stopped",
    async () => {
      expect((await run("stop")).code).toBe(0);
      expect((await listClusters(home)).map(({ state }) => state)).toEqual(["stopped"]);
      const { code, text } = await run("up");
      expect(text).toMatch(/^No changes/mu);
      expect(code).toBe(0);
    },
    5 * minutes,
  );

  it(
    "keeps the cluster when a destroy is cancelled, and comes up whole again",
    async () => {
      const destroying = startLocal(home, "destroy", "--settings", settings);
      await destroying.seen(/- kubernetes /u);
      destroying.child.kill("SIGINT");
      const cancelled = await destroying.finished;
      expect(cancelled.text).toContain("cancelled");
      expect(cancelled.code).toBe(1);
      expect((await listClusters(home)).map(({ state }) => state)).toEqual(["running"]);
      const { code, text } = await run("up");
      expect(text).toMatch(/\d+ create/u);
      expect(code).toBe(0);
    },
    10 * minutes,
  );

  it(
    "is destroyed without a trace",
    async () => {
      const { code, text } = await run("destroy");
      expect(text).toContain("The account is empty and nothing runs.");
      expect(code).toBe(0);
      expect(objects(home)).toEqual([]);
      expect(await listClusters(home)).toEqual([]);
      expect(existsSync(kubeconfigPath(home))).toBe(false);
    },
    5 * minutes,
  );
});

/** The part of the output that is JSON; progress may stand before it. */
function jsonOf(text: string): string {
  return text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
}
