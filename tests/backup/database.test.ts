// Backups of a database with 200,000 rows, by the real programs: dumped, verified, drilled, restored by somebody who is no superuser.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  bytesOf,
  completeBackups,
  fillMedia,
  manifestOf,
  newestArchive,
  newestBackup,
  signedReport,
  verifySignature,
} from "../support/backup/backups-of-database.ts";
import { type Bench, openBench, whyNoBench } from "../support/backup/bench.ts";
import { fill, keysOf } from "../support/backup/contents.ts";
import {
  keepAll,
  rows,
  type ServerDatabase,
  startEmptyDatabase,
  startServerDatabase,
  startStandby,
} from "../support/backup/server-database.ts";

const missing = await whyNoBench();

describe.skipIf(missing !== undefined)("backups of the database", () => {
  let bench: Bench;
  let server: ServerDatabase;
  let empty: ServerDatabase;
  const dump = (more = {}) => bench.runScript("dump", { ...server.libpq, ...keepAll, ...more });
  const drill = (more = {}) => bench.runScript("drill", { ...empty.scratch, ...more });

  beforeAll(async () => {
    [bench, server, empty] = await Promise.all([openBench(), startServerDatabase(), startEmptyDatabase()]);
    expect(await dump()).toMatchObject({ code: 0 });
    await fillMedia(bench);
  });
  afterAll(async () => {
    await server.stop();
    await empty.stop();
    await bench.close();
  });
  beforeEach(() => bench.recorder.forget());

  it("tells in the manifest what the dump holds", async () => {
    const stamp = await newestBackup(bench);
    const manifest = await manifestOf(bench, stamp);
    const newest = await server.psql("mastodon", "SELECT to_char(max(created_at), 'YYYY-MM-DD') FROM statuses");
    expect(manifest).toMatchObject({
      server: "shop",
      extensions: ["plpgsql"],
      roles: ["doadmin", "mastodon", "reader"],
    });
    expect(manifest.tables).toMatchObject(rows);
    expect(manifest.newestStatus).toContain(newest);
    expect(manifest.file.size).toBe((await bytesOf(bench, await newestArchive(bench))).length);
    expect(manifest.started.replaceAll(/[-:]/g, "") <= stamp).toBe(true);
    expect(bench.leftovers()).toEqual([]);
  });

  it("leaves nothing in the clear", async () => {
    const archive = await bytesOf(bench, await newestArchive(bench));
    expect(archive.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
  });

  it("counts what the dump holds, while rows are written", async () => {
    const writing = bench.command(
      ...(["psql", "-X", "-q", "-h", server.libpq["PGHOST"] ?? "", "-U", "mastodon", "-d", "mastodon"] as const),
      ...Array.from({ length: 60 }, (_, n) => [
        "-c",
        `INSERT INTO favourites (id, account_id, status_id) VALUES (${1e6 + n}, 1, 1); SELECT pg_sleep(0.05)`,
      ]).flat(),
    );
    expect(await dump()).toMatchObject({ code: 0 });
    await writing;
    expect(await drill({ DRILL_MEDIA: "none" })).toMatchObject({ code: 0 });
    await server.psql("mastodon", "DELETE FROM favourites WHERE id >= 1000000");
  });

  it("tells of a success: age, duration and size, and the heartbeat last", async () => {
    expect(await dump()).toMatchObject({ code: 0 });
    const { size } = (await manifestOf(bench, await newestBackup(bench))).file;
    const metrics = bench.recorder.metrics("dump");
    expect(Object.keys(metrics ?? {}).toSorted()).toEqual([
      "mastodon_backup_data_timestamp_seconds",
      "mastodon_backup_duration_seconds",
      "mastodon_backup_last_success_timestamp_seconds",
      "mastodon_backup_size_bytes",
    ]);
    expect(metrics).toMatchObject({ mastodon_backup_size_bytes: size });
    expect(bench.recorder.news.map(({ method }) => method)).toEqual(["PUT", "GET"]);
  });

  it("is verified as whole, and as one that can be opened", async () => {
    expect(await bench.runScript("verify")).toMatchObject({ code: 0 });
    const { code, output } = await bench.runScript("verify", { BACKUP_IDENTITY_FILE: bench.otherIdentity });
    expect(code).toBe(1);
    expect(output).toContain("cannot be opened with");
  });

  it("is not verified when its data is too old", async () => {
    const { code, output } = await bench.runScript("verify", { VERIFY_MAX_AGE_SECONDS: "-1" });
    expect(code).toBe(1);
    expect(output).toMatch(/is \d+ s old, and -1 are allowed/);
    expect(bench.recorder.news).toEqual([]);
  });

  it("passes a drill, which leaves a signed report and nothing else", async () => {
    expect(await drill({ DRILL_COPY: "backups" })).toMatchObject({ code: 0 });
    const report = await signedReport(bench);
    expect(report).toMatchObject({
      result: "passed",
      copy: "backups",
      backup: await newestBackup(bench),
      differences: [],
    });
    expect(report).toMatchObject({ amcheck: "passed", media: { checked: 2 } });
    expect(report.restored.tables).toMatchObject(rows);
    expect(bench.recorder.metrics("drill-backups")).toBeDefined();
    expect(bench.recorder.heartbeats()).toBe(1);
    expect(await empty.psql("postgres", "SELECT datname FROM pg_database WHERE datname ~ 'drill'")).toBe("");
    expect(bench.leftovers()).toEqual([]);
  });

  it("has a report whose signature fits no other text", async () => {
    const keys = await keysOf(bench, "BACKUPS:backups/drills");
    const at = (ending: string) => `BACKUPS:backups/drills/${keys.findLast((key) => key.endsWith(ending))}`;
    const files = { report: join(bench.folder, "forged"), signature: join(bench.folder, "forged.sig") };
    writeFileSync(files.signature, await bytesOf(bench, at(".sig")));
    writeFileSync(files.report, `${(await bytesOf(bench, at(".json"))).toString()} `);
    await expect(verifySignature(bench, files)).rejects.toThrow("Command failed");
  });

  it("is not drilled on a server that has Mastodon's tables", async () => {
    const { code, output } = await drill({ ...server.libpq });
    expect(code).toBe(1);
    expect(output).toContain("is not empty");
    expect(await server.psql("mastodon", "SELECT count(*) FROM statuses")).toBe(String(rows.statuses));
  });

  it("is restored only when asked to, into an empty database, without a superuser's rights", async () => {
    const target = await startEmptyDatabase();
    const restore = (...args: readonly string[]) => bench.runScript("restore", target.libpq, ...args);
    try {
      const dry = await restore();
      expect(dry).toMatchObject({ code: 0 });
      expect(dry.output).toContain(`${rows.statuses} statuses`);
      expect(dry.output).toContain("nothing was done");
      expect(await target.psql("mastodon", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).toBe("0");

      expect(await restore("--apply")).toMatchObject({ code: 0 });
      expect(await target.psql("mastodon", "SELECT count(*) FROM statuses")).toBe(String(rows.statuses));
      const owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
      expect(await target.psql("mastodon", owners)).toBe("mastodon");
      const right =
        "SELECT has_table_privilege('reader', 'statuses', 'SELECT'), has_table_privilege('reader', 'users', 'SELECT')";
      expect(await target.psql("mastodon", right)).toBe("t|f");

      const again = await restore("--apply");
      expect(again).toMatchObject({ code: 1 });
      expect(again.output).toContain("is not empty");
    } finally {
      await target.stop();
    }
  });

  it("is restored without grants to users that are not there, and says which", async () => {
    const target = await startEmptyDatabase();
    try {
      await target.psql("postgres", "DROP ROLE reader");
      const { code, output } = await bench.runScript("restore", target.libpq, "--apply");
      expect(code, output).toBe(0);
      expect(output).toContain('left out: grant: role "reader" does not exist');
    } finally {
      await target.stop();
    }
  });

  it("is restored from the stamp that was asked for, and from no other", async () => {
    const [oldest = ""] = await completeBackups(bench);
    const asked = await bench.runScript("restore", empty.libpq, "--stamp", oldest);
    expect(asked.output).toContain(`backup ${oldest} of backups`);
    const unknown = await bench.runScript("restore", empty.libpq, "--stamp", "20200101T000000Z");
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.output).toContain("has no complete backup 20200101T000000Z; there are:");
  });

  it("comes from the standby while that answers, otherwise from the primary", async () => {
    const standby = await startStandby(server);
    const host = standby.environment["PGHOST"] ?? "";
    try {
      await server.psql("mastodon", "UPDATE accounts SET note = note WHERE id = 1");
      const followed = "SELECT pg_last_xact_replay_timestamp() IS NOT NULL";
      while ((await standby.psql("mastodon", followed)) !== "t") await pause(100);
      const { code, output } = await dump({ PGHOST_STANDBY: host, BACKUP_MAX_LAG_SECONDS: "86400" });
      expect(code, output).toBe(0);
      expect(output).toContain(`dumping mastodon from ${host} `);
      expect((await manifestOf(bench, await newestBackup(bench))).tables).toMatchObject(rows);
    } finally {
      await standby.stop();
    }
    const { code, output } = await dump({ PGHOST_STANDBY: host });
    expect(code, output).toBe(0);
    expect(output).toContain(`nothing from the standby: taking the primary`);
    expect(output).toContain(`dumping mastodon from ${server.libpq["PGHOST"]} `);
  });

  it("goes when newer ones take its place, and so do folders that no run completed", async () => {
    const old = { "20200101T000000Z/dump.tar.zst.age": "old", "20200101T000000Z/manifest.json": "{}" };
    const broken = { "20200202T000000Z/dump.tar.zst.age": "half" };
    const young = new Date(Date.now() - 3_600_000).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    await fill(bench, "BACKUPS:backups/database", {
      ...old,
      ...broken,
      [`${young}/dump.tar.zst.age`]: "being uploaded",
    });
    for (const _ of [1, 2, 3]) expect(await dump()).toMatchObject({ code: 0 });
    const before = await completeBackups(bench);
    expect(before).toContain("20200101T000000Z");
    expect(
      await dump({ KEEP_HOURLY: "1", KEEP_DAILY: "0", KEEP_WEEKLY: "0", KEEP_MONTHLY: "0", KEEP_MINIMUM: "3" }),
    ).toMatchObject({
      code: 0,
    });
    const left = await completeBackups(bench);
    expect(left).toHaveLength(3);
    expect(left.slice(0, 2)).toEqual(before.slice(-2));
    const folders = new Set((await keysOf(bench, "BACKUPS:backups/database")).map((key) => key.split("/")[0]));
    expect(folders).toEqual(new Set([...left, young]));
  });
});
