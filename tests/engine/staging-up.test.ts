// A stack that is a sanitised copy, on the local cloud: nothing of Mastodon starts before the copy is there, and a new copy renews what reads it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { kubeconfigPath } from "../../local/home.ts";
import { clientOf, type TestClient } from "../cluster/support.ts";
import { removeHome, runLocal, temporaryHome } from "../support/local-cloud.ts";
import { type Changes, planOf, writeSettings } from "../support/plan.ts";
import { projectRoot } from "../stacks.ts";

const minutes = 60_000;
const namespace = "mastodon";

const awsSecrets = z.object({
  config: z.object({
    "mastodon:secrets": z.object({ aws: z.object({ accessKeyId: z.unknown(), secretAccessKey: z.unknown() }) }),
  }),
});

/** Encrypted texts as the local stack's file has them: which ones they are does not matter here. */
const encrypted = awsSecrets.parse(parse(readFileSync(join(projectRoot, "Pulumi.local.yaml"), "utf8"))).config[
  "mastodon:secrets"
].aws;

/** What plays no part here is left out. */
const small = { "metrics.enabled": false, "autoscaling.enabled": false };

const copyOf = (refresh: string): Changes => ({
  ...small,
  staging: { source: { domain: "original.example", bucket: "original-example-backups", region: "sfo3" }, refresh },
  "secrets.staging": encrypted,
});

describe("a stack that copies another server", () => {
  const home = temporaryHome();
  const settings = join(home, "settings.yaml");
  let client: TestClient;

  async function up(refresh: string): Promise<void> {
    writeSettings(settings, copyOf(refresh));
    const { code, text } = await runLocal(home, "up", "--settings", settings);
    expect(text).toContain("Workloads");
    expect(code).toBe(0);
  }

  const copies = async () => {
    const { items } = await client.batch.listNamespacedJob({
      namespace,
      labelSelector: "app.kubernetes.io/component=staging-copy",
    });
    return items;
  };

  /** The one ReplicaSet of each Deployment that has pods. */
  const revisions = async (): Promise<Map<string, string>> => {
    const { items } = await client.apps.listNamespacedReplicaSet({ namespace });
    const current = items.filter(({ spec }) => (spec?.replicas ?? 0) > 0);
    return new Map(
      current.map(({ metadata }) => [metadata?.labels?.["app.kubernetes.io/name"] ?? "", metadata?.name ?? ""]),
    );
  };

  beforeAll(async () => {
    await up("first");
    client = clientOf(readFileSync(kubeconfigPath(home), "utf8"));
  }, 10 * minutes);
  afterAll(() => removeHome(home), 2 * minutes);

  it("starts nothing of Mastodon before the copy is there", async () => {
    const [copy] = await copies();
    const done = copy?.status?.completionTime?.getTime();
    expect(done).toBeGreaterThan(0);
    const { items } = await client.apps.listNamespacedDeployment({ namespace });
    const processes = items.filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/part-of"] === "mastodon");
    expect(processes.length).toBeGreaterThan(5);
    for (const { metadata } of processes)
      expect(metadata?.creationTimestamp?.getTime(), metadata?.name).toBeGreaterThanOrEqual(done ?? Infinity);
  });

  it(
    "renews all pods that read the database when it copies anew, and only then",
    async () => {
      const [first] = await copies();
      const before = await revisions();
      await up("second");
      const after = await revisions();
      const [second, ...others] = await copies();
      expect(others).toEqual([]);
      expect(second?.metadata?.name).not.toBe(first?.metadata?.name);
      const same = [...before.keys()].filter((name) => before.get(name) === after.get(name));
      expect(same).toContain("edge");
      expect(same.filter((name) => /^(web|streaming|sidekiq)/u.test(name))).toEqual([]);
      expect((await planOf(home, settings)).steps).toEqual([]);
    },
    10 * minutes,
  );

  it(
    "is refused to become a server",
    async () => {
      writeSettings(settings, small);
      expect((await planOf(home, settings)).errors).toContain("must never federate");
    },
    2 * minutes,
  );
});
