// The script copy-media, against a real S3 server: what is new is copied, what goes is kept for a time, and nothing wrong passes for a copy.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Bench, openBench, whyNoBench } from "../support/backup/bench.ts";
import { type Contents, contentsOf, fill, keysOf } from "../support/backup/contents.ts";

const missing = await whyNoBench();
const manifestSchema = z.strictObject({
  version: z.literal(1),
  stamp: z.string(),
  count: z.number(),
  bytes: z.number(),
  sample: z.array(z.strictObject({ key: z.string(), size: z.number(), sha256: z.string() })),
});

const many: Contents = Object.fromEntries(
  Array.from({ length: 30 }, (_, number) => [
    `media_attachments/files/11${number}/original/${number}.png`,
    `picture ${number}`,
  ]),
);

describe.skipIf(missing !== undefined)("copy-media", () => {
  let bench: Bench;
  const settings = { BACKUP_TASK: "media", KEEP_DELETED_DAYS: "30" };
  const copy = (more = {}) => bench.runScript("copy-media", { ...settings, ...more });
  const current = () => contentsOf(bench, "BACKUPS:backups/media/current");
  const history = () => keysOf(bench, "BACKUPS:backups/media/history");
  const remove = (...keys: readonly string[]) =>
    Promise.all(keys.map((key) => bench.command("rclone", "deletefile", `MEDIA:media/${key}`)));
  const newestManifest = async () => {
    const [newest = ""] = (await keysOf(bench, "BACKUPS:backups/media/manifests")).toReversed();
    const text = await bench.command("rclone", "cat", `BACKUPS:backups/media/manifests/${newest}`);
    return manifestSchema.parse(JSON.parse(text));
  };

  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    for (const bucket of ["MEDIA:media", "BACKUPS:backups"]) await bench.command("rclone", "delete", bucket);
    bench.store.faults.fail();
    await fill(bench, "MEDIA:media", many);
    expect(await copy()).toMatchObject({ code: 0 });
    bench.recorder.forget();
  });

  test("copies what is new and nothing twice", async () => {
    await fill(bench, "MEDIA:media", { "accounts/avatars/1/original/new.png": "new" });
    // Only the new one may be put: a second put would fail, and with it the run.
    bench.store.faults.fail({ method: "PUT", path: "/media/current/media_attachments", answer: 403 });
    const { output } = await copy();
    expect(output).toContain("31 objects, 1 of them new or changed");
    expect(bench.store.faults.failed()).toBe(0);
    expect(await current()).toEqual({ ...many, "accounts/avatars/1/original/new.png": "new" });
    expect(bench.recorder.metrics("media")).toMatchObject({
      mastodon_backup_objects: 31,
      mastodon_backup_new_objects: 1,
    });
    expect(bench.recorder.heartbeats()).toBe(1);
  });

  test("leaves out media of other servers, which can be fetched again, unless told otherwise", async () => {
    await fill(bench, "MEDIA:media", { "cache/media_attachments/1.png": "remote" });
    await copy();
    expect(await current()).toEqual(many);
    await copy({ MEDIA_EXCLUDE: "" });
    expect(await current()).toHaveProperty(["cache/media_attachments/1.png"], "remote");
  });

  test("keeps what was deleted and what was overwritten, and both come back", async () => {
    const [deleted = "", overwritten = ""] = Object.keys(many);
    await remove(deleted);
    await fill(bench, "MEDIA:media", { [overwritten]: "other" });
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await current()).not.toHaveProperty([deleted]);
    expect((await current())[overwritten]).toBe("other");
    const stamp = (await history())[0]?.split("/")[0] ?? "";
    // The way back: the history's folder over the media.
    await bench.command("rclone", "copy", "--checksum", `BACKUPS:backups/media/history/${stamp}`, "MEDIA:media");
    expect(await contentsOf(bench, "MEDIA:media")).toEqual(many);
  });

  test("removes history and manifests when their time is over, and nothing else", async () => {
    const old = { "20200101T000000Z/a.png": "old", "20990101T000000Z/b.png": "young", "readme.txt": "of a person" };
    await fill(bench, "BACKUPS:backups/media/history", old);
    await fill(bench, "BACKUPS:backups/media/manifests", { "20200101T000000Z.json": "{}" });
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await history()).toEqual(["20990101T000000Z/b.png", "readme.txt"]);
    expect(await keysOf(bench, "BACKUPS:backups/media/manifests")).not.toContain("20200101T000000Z.json");
  });

  test("stops when the bucket is suddenly empty, and the copy stays as it is", async () => {
    await bench.command("rclone", "delete", "MEDIA:media");
    const { code, output } = await copy();
    expect(code).toBe(1);
    expect(output).toContain("MEDIA:media is empty, and the last copy has 30 objects");
    expect(await current()).toEqual(many);
    expect(bench.recorder.news).toEqual([]);
  });

  test("stops when more is gone than may be, and goes on when a person allows it", async () => {
    const gone = Object.keys(many).slice(0, 4);
    await remove(...gone);
    const { code, output } = await copy();
    expect(code).toBe(1);
    expect(output).toContain("4 of 30 objects of the last copy are gone");
    expect(await current()).toEqual(many);
    expect(await history()).toEqual([]);
    expect(bench.recorder.news).toEqual([]);
    expect(await copy({ MAX_DELETE_PERCENT: "100" })).toMatchObject({ code: 0 });
    expect(await history()).toHaveLength(4);
  });

  test("goes on where a killed run was, and counts nothing that is half there", async () => {
    await fill(bench, "MEDIA:media", { "new/1.png": "first", "new/2.png": "second" });
    bench.store.faults.fail({ method: "PUT", path: "media/current/new/2.png", answer: "held", times: 1 });
    const killed = bench.startScript("copy-media", settings);
    await bench.store.faults.reached();
    killed.killAll();
    expect(await killed.outcome).toMatchObject({ code: -1 });
    expect(bench.recorder.news).toEqual([]);
    expect(await current()).not.toHaveProperty(["new/2.png"]);
    expect(await keysOf(bench, "BACKUPS:backups/media/manifests")).toHaveLength(1);
    expect(await copy()).toMatchObject({ code: 0 });
    expect(await current()).toEqual({ ...many, "new/1.png": "first", "new/2.png": "second" });
    expect(bench.recorder.heartbeats()).toBe(1);
    expect(bench.leftovers()).toEqual([]);
  });

  test("refuses a second run beside the first, which ends well", async () => {
    await fill(bench, "MEDIA:media", { "new/1.png": "first" });
    bench.store.faults.fail({ method: "PUT", path: "media/current/new/1.png", answer: "held", times: 1 });
    const first = bench.startScript("copy-media", settings);
    await bench.store.faults.reached();
    const second = await copy();
    expect(second.code).toBe(1);
    expect(second.output).toContain("another run of media is at work");
    first.signal("SIGTERM");
    expect(await first.outcome).toMatchObject({ code: 143 });
    expect(bench.recorder.news).toEqual([]);
    expect(await copy()).toMatchObject({ code: 0 });
  });

  test("outlasts a server that is busy twice", async () => {
    await fill(bench, "MEDIA:media", { "new/1.png": "first" });
    bench.store.faults.fail({ path: "new/1.png", answer: 503, times: 2 }, { path: "/media?", answer: 503, times: 2 });
    expect(await copy()).toMatchObject({ code: 0 });
    expect(bench.store.faults.failed()).toBeGreaterThanOrEqual(4);
    expect(await current()).toHaveProperty(["new/1.png"], "first");
  });

  test("fails without news when the server stays away, and heals with the next run", async () => {
    await fill(bench, "MEDIA:media", { "new/1.png": "first" });
    bench.store.faults.fail({ method: "PUT", path: "/backups/", answer: 503 });
    const { code, output } = await copy({ RCLONE_LOW_LEVEL_RETRIES: "1" });
    expect(code).toBe(1);
    expect(output).toContain("the next run goes on from there");
    expect(bench.recorder.news).toEqual([]);
    bench.store.faults.fail();
    expect(await copy()).toMatchObject({ code: 0 });
    expect(bench.recorder.heartbeats()).toBe(1);
  });

  test("writes a manifest with checksums of a sample, taken from both sides", async () => {
    const manifest = await newestManifest();
    expect(manifest).toMatchObject({ count: 30, bytes: Object.values(many).join("").length });
    expect(manifest.sample).toHaveLength(20);
    for (const { key, size } of manifest.sample) expect(many[key]).toHaveLength(size);
  });

  test("notices a copy that has other bytes than the source under the same key", async () => {
    const [key = ""] = Object.keys(many);
    // Of the same size, and with the checksum of the original in its listing, as a rotten disk would leave it.
    bench.store.corrupt("backups", `media/current/${key}`, "PICTURE 0");
    const { code, output } = await copy({ MEDIA_SAMPLE: "30" });
    expect(code).toBe(1);
    expect(output).toContain(`the copy differs from the source in: ${key}`);
    expect(bench.recorder.news).toEqual([]);
  });

  test("says what it needs when it is not told", async () => {
    const { code, output } = await copy({ MEDIA_BUCKET: "", KEEP_DELETED_DAYS: "" });
    expect(code).toBe(1);
    expect(output).toContain("these environment variables must be set: MEDIA_BUCKET KEEP_DELETED_DAYS");
  });
});
