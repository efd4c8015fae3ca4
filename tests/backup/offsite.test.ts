// The script copy-offsite, against a real S3 server with Object Lock and a login that may only put objects.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, test } from "vitest";
import { type Bench, openBench, whyNoBench } from "../support/backup/bench.ts";
import { contentsOf, fill, keysOf } from "../support/backup/contents.ts";
import { diskFree } from "../support/backup/doubles.ts";
import { type LockedBucket, makeLockedBucket } from "../support/backup/locked-bucket.ts";
import { backup, fillBackups } from "../support/backup/sample-backups.ts";

const missing = await whyNoBench();
const first = "20261120T010000Z";

describe.skipIf(missing !== undefined)("copy-offsite", () => {
  let bench: Bench;
  let locked: LockedBucket;
  const settings = () => ({ BACKUP_TASK: "offsite", ...locked.environment });
  const copy = (more = {}) => bench.runScript("copy-offsite", { ...settings(), ...more });
  // The owner's eyes: the script itself may not look.
  const offsite = () => contentsOf(bench, "BACKUPS:locked");
  const versions = async (key: string) => {
    const { Versions = [] } = await locked.owner.send(
      new ListObjectVersionsCommand({ Bucket: locked.name, Prefix: key }),
    );
    return Versions;
  };
  const records = () => keysOf(bench, "BACKUPS:backups/offsite");

  // Nothing can be removed from a locked bucket, so each test has a bench of its own.
  beforeEach(async () => {
    bench = await openBench();
    locked = await makeLockedBucket(bench);
    return () => bench.close();
  });

  test("copies every complete backup, with its manifest last, and remembers what the server answered", async () => {
    const all = await fillBackups(bench, first);
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await offsite()).toEqual(all);
    const record = JSON.parse(
      await bench.command("rclone", "cat", `BACKUPS:backups/offsite/database/${first}/dump.tar.zst.age.done`),
    );
    const [version] = await versions(`database/${first}/dump.tar.zst.age`);
    expect(record).toMatchObject({ versionId: version?.VersionId, etag: version?.ETag?.replaceAll('"', ""), size: 28 });
    const [file, manifest] = [await versions(`database/${first}/dump`), await versions(`database/${first}/manifest`)];
    expect(manifest[0]?.LastModified?.getTime()).toBeGreaterThanOrEqual(file[0]?.LastModified?.getTime() ?? Infinity);
    expect(bench.recorder.metrics("offsite")).toMatchObject({
      mastodon_backup_objects: 8,
      mastodon_backup_data_timestamp_seconds: Date.UTC(2026, 10, 20, 1) / 1000,
    });
    expect(bench.recorder.heartbeats()).toBe(1);
  });

  test("puts nothing twice, and only what is new", async () => {
    await fillBackups(bench, first);
    await copy();
    await fill(bench, "BACKUPS:backups", backup("database", "20261121T010000Z"));
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await versions(`database/${first}/`)).toHaveLength(2);
    expect(await versions("database/20261121T010000Z/")).toHaveLength(2);
    expect(await versions("escrow/")).toHaveLength(1);
  });

  test("copies no backup without a manifest", async () => {
    await fillBackups(bench, first);
    await fill(bench, "BACKUPS:backups", { "database/20261121T010000Z/dump.tar.zst.age": "half" });
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await versions("database/20261121T010000Z/")).toEqual([]);
  });

  test.each([
    {
      what: "has other bytes than its manifest says",
      text: "database of 20261121T010000X",
      says: "has another checksum than its manifest",
    },
    { what: "was cut off", text: "database of", says: "has not the 28 bytes" },
  ])("copies no backup that $what, and fails after all others are copied", async ({ text, says }) => {
    const bad = "20261121T010000Z";
    await fill(bench, "BACKUPS:backups", { ...backup("database", bad), [`database/${bad}/dump.tar.zst.age`]: text });
    const all = await fillBackups(bench, "20261122T010000Z");
    const { code, output } = await copy();
    expect(code).toBe(1);
    expect(output).toContain(says);
    expect(output).toContain(`not copied, because damaged: database/${bad}`);
    expect(await offsite()).toEqual(all);
    expect(bench.recorder.news).toEqual([]);
    await bench.command("rclone", "purge", `BACKUPS:backups/database/${bad}`);
    expect(await copy()).toMatchObject({ code: 0 });
  });

  test("fails when there is no backup of the database at all", async () => {
    const { code, output } = await copy();
    expect(code).toBe(1);
    expect(output).toContain("has no complete backup of the database");
    expect(bench.recorder.news).toEqual([]);
  });

  test("goes on where a killed run was, and half a backup has no manifest there", async () => {
    const all = await fillBackups(bench, first);
    bench.store.faults.fail({
      method: "PUT",
      path: `locked/database/${first}/manifest.json`,
      answer: "held",
      times: 1,
    });
    const killed = bench.startScript("copy-offsite", settings());
    await bench.store.faults.reached();
    killed.killAll();
    await killed.outcome;
    expect(await records()).toEqual([`database/${first}/dump.tar.zst.age.done`]);
    expect(await versions(`database/${first}/manifest.json`)).toEqual([]);
    expect(bench.recorder.news).toEqual([]);
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await offsite()).toEqual(all);
    expect(await versions(`database/${first}/dump`)).toHaveLength(1);
    expect(bench.leftovers()).toEqual([]);
  });

  test("refuses a second run beside the first", async () => {
    await fillBackups(bench, first);
    bench.store.faults.fail({ method: "PUT", path: "locked/database", answer: "held", times: 1 });
    const one = bench.startScript("copy-offsite", settings());
    await bench.store.faults.reached();
    const { code, output } = await copy();
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("another run of offsite") });
    one.killAll();
    await one.outcome;
  });

  test("outlasts a server that is busy twice, and puts large files in parts", async () => {
    const large = backup("database", first, "0123456789".repeat(600_000));
    await fill(bench, "BACKUPS:backups", large);
    bench.store.faults.fail({ method: "PUT", path: "/locked/", answer: 503, times: 2 });
    expect(await copy({ OFFSITE_PART_BYTES: String(5 * 1024 * 1024) })).toMatchObject({ code: 0 });
    expect(bench.store.faults.failed()).toBe(2);
    expect(await offsite()).toEqual(large);
    expect((await versions(`database/${first}/dump`))[0]?.ETag).toMatch(/-2"$/);
  });

  test("fails without news when the other provider stays away, and heals with the next run", async () => {
    const all = await fillBackups(bench, first);
    bench.store.faults.fail({ method: "PUT", path: "/locked/", answer: 503 });
    const { code, output } = await copy();
    expect(code).toBe(1);
    expect(output).toContain("the server answers 503: SlowDown");
    expect(output).toContain(`cannot put database/${first}/dump.tar.zst.age off site`);
    expect(bench.recorder.news).toEqual([]);
    bench.store.faults.fail();
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await offsite()).toEqual(all);
  });

  test("ends with the bytes that it lacks when its scratch disk is full, and heals when there is room", async () => {
    const all = await fillBackups(bench, first);
    const { code, output } = await copy(diskFree(bench, 0));
    expect(code).toBe(1);
    expect(output).toContain("has 0 bytes free, and 28 are needed");
    expect(bench.recorder.news).toEqual([]);
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await offsite()).toEqual(all);
  });

  test("copies media when told, the changed again, and none twice", async () => {
    await fillBackups(bench, first);
    const media = { "a/ü 1.png": "one", 'a/"quoted".png': "two", "b.png": "three" };
    await fill(bench, "BACKUPS:backups/media/current", media);
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await keysOf(bench, "BACKUPS:locked/media")).toEqual([]);
    expect(await copy({ OFFSITE_MEDIA: "true" })).toMatchObject({ code: 0 });
    expect(await contentsOf(bench, "BACKUPS:locked/media/current")).toEqual(media);
    await fill(bench, "BACKUPS:backups/media/current", { "b.png": "other" });
    expect(await copy({ OFFSITE_MEDIA: "true" })).toMatchObject({ code: 0 });
    expect(await contentsOf(bench, "BACKUPS:locked/media/current")).toEqual({ ...media, "b.png": "other" });
    expect(await versions("media/current/")).toHaveLength(4);
  });

  test("puts keys and media again before the bucket's lifecycle removes them, and dumps never", async () => {
    await fillBackups(bench, first);
    await fill(bench, "BACKUPS:backups/media/current", { "b.png": "three" });
    await copy({ OFFSITE_MEDIA: "true" });
    expect(await copy({ OFFSITE_MEDIA: "true", OFFSITE_RENEW_DAYS: "0" })).toMatchObject({ code: 0 });
    expect(await versions("escrow/")).toHaveLength(2);
    expect(await versions("media/current/")).toHaveLength(2);
    expect(await versions("database/")).toHaveLength(2);
  });

  test("forgets what the backups bucket no longer has, so that records do not grow for ever", async () => {
    await fillBackups(bench, first);
    await fillBackups(bench, "20261121T010000Z");
    await copy();
    await bench.command("rclone", "purge", `BACKUPS:backups/database/${first}`);
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await records()).not.toContainEqual(expect.stringContaining(`database/${first}`));
    expect(await versions(`database/${first}/`)).toHaveLength(2);
  });

  test("takes the newest dump of each day only, when told", async () => {
    const stamps = ["20261120T010000Z", "20261120T230000Z", "20261121T010000Z", "20261121T020000Z"];
    for (const stamp of stamps) await fill(bench, "BACKUPS:backups", backup("database", stamp));
    expect(await copy({ OFFSITE_DATABASE: "daily" })).toMatchObject({ code: 0 });
    const keys = await keysOf(bench, "BACKUPS:locked/database");
    expect([...new Set(keys.map((key) => key.split("/")[0]))]).toEqual(["20261120T230000Z", "20261121T020000Z"]);
  });

  describe("its login", () => {
    const Key = `database/${first}/dump.tar.zst.age`;
    beforeEach(async () => {
      await fillBackups(bench, first);
      await copy();
    });

    test("cannot list, read, look at or delete anything, and not even the owner deletes a version before its time", async () => {
      const Bucket = locked.name;
      const [version] = await versions(Key);
      const deletion = new DeleteObjectCommand({ Bucket, Key, VersionId: version?.VersionId });
      const answers = await Promise.allSettled([
        locked.putOnly.send(new ListObjectsV2Command({ Bucket })),
        locked.putOnly.send(new ListObjectVersionsCommand({ Bucket })),
        locked.putOnly.send(new GetObjectCommand({ Bucket, Key })),
        locked.putOnly.send(new HeadObjectCommand({ Bucket, Key })),
        locked.putOnly.send(new DeleteObjectCommand({ Bucket, Key })),
        locked.putOnly.send(deletion),
        locked.owner.send(deletion),
      ]);
      const refused = { status: "rejected", reason: { $metadata: { httpStatusCode: 403 } } };
      expect(answers).toMatchObject(answers.map(() => refused));
      expect(await offsite()).toHaveProperty([Key], `database of ${first}`);
    });

    test("overwrites only with another version beside the first, which stays", async () => {
      const before = await versions(Key);
      await locked.putOnly.send(new PutObjectCommand({ Bucket: locked.name, Key, Body: "ransom" }));
      const VersionId = before[0]?.VersionId;
      const kept = await locked.owner.send(new GetObjectCommand({ Bucket: locked.name, Key, VersionId }));
      expect(await kept.Body?.transformToString()).toBe(`database of ${first}`);
    });
  });
});
