// The scripts that snapshot Valkey and the cluster's API, against a real server and a fake API, and those that look after keys and state.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Bench, openBench, whyNoBench } from "../support/backup/bench.ts";
import { fill, keysOf } from "../support/backup/contents.ts";
import { type FakeClusterApi, startClusterApi } from "../support/backup/fake-cluster-api.ts";
import { startValkey, type ValkeyServer } from "../support/backup/valkey-server.ts";

const missing = await whyNoBench();

const stampFrom = (milliseconds: number) => new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d+/g, "");
const stampOf = (daysAgo: number) => stampFrom(Date.now() - daysAgo * 86_400_000);
const keep = { KEEP_HOURLY: "24", KEEP_DAILY: "7", KEEP_WEEKLY: "4", KEEP_MONTHLY: "12" };

describe.skipIf(missing !== undefined)("backup image", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    bench.store.faults.fail();
    await bench.command("rclone", "delete", "BACKUPS:backups");
    bench.recorder.forget();
  });

  /** Decrypts and decompresses the newest snapshot of a kind; gives the file and its manifest. */
  const open = async (kind: string) => {
    const manifests = (await keysOf(bench, `BACKUPS:backups/${kind}`)).filter((key) => key.endsWith("manifest.json"));
    const place = `BACKUPS:backups/${kind}/${manifests.at(-1)?.split("/")[0]}`;
    const manifest = JSON.parse(await bench.command("rclone", "cat", `${place}/manifest.json`));
    const file = join(bench.folder, "opened");
    await bench.command("rclone", "copyto", `${place}/${manifest.file.name}`, `${file}.age`);
    const identity = bench.environment["BACKUP_IDENTITY_FILE"] ?? "";
    await bench.command("age", "--decrypt", "--identity", identity, "--output", `${file}.zst`, `${file}.age`);
    await bench.command("zstd", "--quiet", "--decompress", "--force", `${file}.zst`, "-o", file);
    return { file, manifest };
  };

  describe("snapshot-valkey", () => {
    let server: ValkeyServer;
    const snapshot = (more = {}) =>
      bench.runScript("snapshot-valkey", {
        BACKUP_TASK: "valkey",
        ...keep,
        VALKEY_URL: server.url,
        VALKEY_CA_FILE: server.authority,
        ...more,
      });
    const data = [
      "SADD queues default push",
      'RPUSH queue:default "{\\"class\\":\\"LinkCrawlWorker\\"}" 2 3',
      "ZADD retry 1 one",
      "ZADD feed:home:1 1 100 2 101",
      'SET "odd \\"key\\" \\x00\\xff" "\\x00\\n\\xff" EX 100000',
    ].join("\n");
    const look =
      'LRANGE queue:default 0 -1\nZRANGE feed:home:1 0 -1 WITHSCORES\nGET "odd \\"key\\" \\x00\\xff"\nDBSIZE';

    beforeEach(async () => {
      server = await startValkey(bench);
      return () => server.stop();
    });

    test("takes all of it, encrypted, with the queues' lengths, and another server begins with it", async () => {
      await server.run(data);
      expect(await snapshot()).toMatchObject({ code: 0 });
      const { file, manifest } = await open("valkey");
      expect(manifest).toMatchObject({
        kind: "valkey",
        keys: 5,
        queues: { default: 3, push: 0, retry: 1, schedule: 0, dead: 0 },
      });
      const other = await startValkey(bench, file);
      expect(await other.run(look)).toBe(await server.run(look));
      await other.stop();
      expect(bench.recorder.metrics("valkey")).toMatchObject({ mastodon_backup_keys: 5 });
      expect(bench.recorder.heartbeats()).toBe(1);
    });

    test("takes it key by key where the server forbids the commands of replicas", async () => {
      await server.run(data);
      expect(await snapshot({ VALKEY_URL: server.limitedUrl })).toMatchObject({ code: 0 });
      const other = await startValkey(bench);
      const { file, manifest } = await open("valkey");
      expect(manifest.file.name).toBe("commands.redis.zst.age");
      await other.run(readFileSync(file, "utf8").trim());
      expect(await other.run(look)).toBe(await server.run(look));
      await other.stop();
    });

    test("says that the server is empty, and takes it all the same", async () => {
      const { code, output } = await snapshot();
      expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("is empty: no key at all") });
      expect((await open("valkey")).manifest).toMatchObject({ keys: 0 });
    });

    test("fails without news with a wrong password, and never shows it", async () => {
      const { code, output } = await snapshot({ VALKEY_URL: server.url.replace(/:[^:@]*@/, ":wr0ng@") });
      expect(code).toBe(1);
      expect(output).toContain("WRONGPASS");
      expect(output).not.toContain("wr0ng");
      expect(bench.recorder.news).toEqual([]);
      expect(await keysOf(bench, "BACKUPS:backups/valkey")).toEqual([]);
    });

    test("fails where the certificate is of an authority that it does not know", async () => {
      const { code } = await snapshot({ VALKEY_CA_FILE: "" });
      expect(code).toBe(1);
      expect(bench.recorder.news).toEqual([]);
    });

    test("leaves nothing that passes for a snapshot when the bucket stays away, and heals", async () => {
      await server.run(data);
      bench.store.faults.fail({ method: "PUT", path: "manifest.json", answer: 503 });
      expect(await snapshot({ RCLONE_LOW_LEVEL_RETRIES: "1" })).toMatchObject({ code: 1 });
      expect(await keysOf(bench, "BACKUPS:backups/valkey")).toEqual([expect.stringContaining("dump.rdb.zst.age")]);
      expect(bench.recorder.news).toEqual([]);
      bench.store.faults.fail();
      expect(await snapshot()).toMatchObject({ code: 0 });
    });
  });

  describe("snapshot-cluster", () => {
    let api: FakeClusterApi;
    beforeAll(async () => {
      api = await startClusterApi(bench);
    });
    afterAll(() => api.stop());
    const snapshot = (more = {}) =>
      bench.runScript("snapshot-cluster", { BACKUP_TASK: "cluster", ...keep, ...api.environment, ...more });

    test("takes what the account may list, all pages of it, and neither secrets nor events", async () => {
      api.fail(503, 2);
      expect(await snapshot()).toMatchObject({ code: 0 });
      const { file, manifest } = await open("cluster");
      expect(manifest.resources).toEqual({ configmaps: 2, "deployments.apps": 2 });
      execFileSync("tar", ["-xf", file, "-C", bench.folder]);
      const folder = join(bench.folder, "cluster");
      expect(readdirSync(folder).toSorted()).toEqual(["configmaps.json", "deployments.apps.json"]);
      const items = [{ metadata: { name: "first" } }, { metadata: { name: "second" } }];
      expect(JSON.parse(readFileSync(join(folder, "configmaps.json"), "utf8"))).toEqual({
        resource: "configmaps",
        items,
      });
      expect(bench.recorder.metrics("cluster")).toMatchObject({ mastodon_backup_objects: 4 });
      expect(bench.recorder.heartbeats()).toBe(1);
    });

    test("fails when it may not list what it is asked for", async () => {
      expect(await snapshot({ CLUSTER_RESOURCES: "deployments.apps" })).toMatchObject({ code: 0 });
      expect((await open("cluster")).manifest.resources).toEqual({ "deployments.apps": 2 });
      bench.recorder.forget();
      const { code, output } = await snapshot({ CLUSTER_RESOURCES: "deployments.apps namespaces" });
      expect(code).toBe(1);
      expect(output).toContain("may not list namespaces, which CLUSTER_RESOURCES asks for");
      expect(bench.recorder.news).toEqual([]);
    });

    test("fails with a token that the API does not take, and never shows it", async () => {
      const folder = join(bench.folder, "account-of-nobody");
      execFileSync("cp", ["-r", join(bench.folder, "account"), folder]);
      writeFileSync(join(folder, "token"), "s3cret");
      const { code, output } = await snapshot({ CLUSTER_ACCOUNT_FOLDER: folder });
      expect({ code, output }).toMatchObject({
        code: 1,
        output: expect.stringContaining("answers 401 to /api/v1: Unauthorized"),
      });
      expect(output).not.toContain("s3cret");
    });
  });

  /** What age makes of a text for the recipient of the bench, in its armour or not, for so many recipients. */
  const seal = async (recipients: number, ...options: readonly string[]) => {
    const file = join(bench.folder, "plain");
    writeFileSync(file, "text");
    const each = Array.from({ length: recipients }, () => [
      "--recipients-file",
      bench.environment["BACKUP_RECIPIENTS_FILE"] ?? "",
    ]);
    await bench.command("age", "--encrypt", ...options, ...each.flat(), "--output", `${file}.age`, file);
    return `${file}.age`;
  };
  const put = (file: string, key: string) => bench.command("rclone", "copyto", file, `BACKUPS:backups/${key}`);

  const lookAtKeys = () => bench.runScript("escrow", { BACKUP_TASK: "escrow", ESCROW_RECIPIENTS: "2" });
  const lookAtState = (more = {}) => bench.runScript("check-state", { BACKUP_TASK: "state", ...more });

  describe("escrow", () => {
    test("is content with a bundle that is closed for as many people as it should be", async () => {
      await put(await seal(2, "--armor"), "escrow/mastodon-0123456789ab.age");
      expect(await lookAtKeys()).toMatchObject({ code: 0 });
      expect(bench.recorder.metrics("escrow")).toMatchObject({ mastodon_backup_recipients: 2 });
      expect(bench.recorder.heartbeats()).toBe(1);
    });

    test.each([
      { what: "no bundle", make: undefined, says: "has no bundle of the server's keys" },
      {
        what: "one recipient too few",
        make: () => seal(1, "--armor"),
        says: "is closed for 1 recipients instead of 2",
      },
      {
        what: "an open file",
        make: async () => bench.environment["BACKUP_RECIPIENTS_FILE"] ?? "",
        says: "is no age file",
      },
      {
        what: "a bundle that was cut off",
        make: async () => {
          const file = await seal(2, "--armor");
          writeFileSync(file, readFileSync(file, "utf8").slice(0, -40));
          return file;
        },
        says: "was cut off",
      },
    ])("fails with $what", async ({ make, says }) => {
      if (make !== undefined) await put(await make(), "escrow/mastodon-0123456789ab.age");
      const { code, output } = await lookAtKeys();
      expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(says) });
      expect(bench.recorder.news).toEqual([]);
    });
  });

  describe("check-state", () => {
    test("tells the age of the newest copy", async () => {
      const newest = stampOf(3);
      for (const stamp of [stampOf(50), newest]) await put(await seal(1), `state/${stamp}.json.zst.age`);
      expect(await lookAtState()).toMatchObject({ code: 0 });
      const data = bench.recorder.metrics("state")?.["mastodon_backup_data_timestamp_seconds"] ?? 0;
      expect(stampFrom(data * 1000)).toBe(newest);
    });

    test("fails when it is too old, or dated in the future, or not there", async () => {
      expect((await lookAtState()).output).toContain("has no copy of Pulumi's state: run npm run backup-state");
      await put(await seal(1), `state/${stampOf(-9)}.json.zst.age`);
      expect((await lookAtState()).output).toContain("has no copy of Pulumi's state");
      await put(await seal(1), `state/${stampOf(40)}.json.zst.age`);
      const { code, output } = await lookAtState();
      expect({ code, output }).toMatchObject({
        code: 1,
        output: expect.stringContaining("is 40 days old, and 35 are allowed"),
      });
      expect(bench.recorder.news).toEqual([]);
    });
  });

  test("check-state refuses a copy that is not encrypted", async () => {
    await fill(bench, "BACKUPS:backups", { [`state/20261123T000000Z.json.zst.age`]: "{}" });
    expect((await lookAtState({ STATE_MAX_DAYS: "99999" })).output).toContain("is no age file");
  });
});
