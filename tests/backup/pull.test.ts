// The script pull, which a host in Kansas City runs: what is pulled stays, whatever is deleted, overwritten or damaged where it came from.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type Bench, openBench, whyNoBench } from "../support/backup/bench.ts";
import { contentsOf, fill, filesIn, keysOf } from "../support/backup/contents.ts";
import { diskFree } from "../support/backup/doubles.ts";
import { backup, fillBackups, mediaManifest } from "../support/backup/sample-backups.ts";

const missing = await whyNoBench();
const first = "20261120T010000Z";
const second = "20261121T010000Z";
const media = Object.fromEntries(
  Array.from({ length: 20 }, (_, n) => [`files/${n}/original/${n}.png`, `picture ${n}`]),
);

describe.skipIf(missing !== undefined)("pull", () => {
  let bench: Bench;
  let copies: string;
  const settings = () => ({
    BACKUP_TASK: "kansas-city",
    KANSAS_CITY_PLACE: copies,
    KEEP_HOURLY: "24",
    KEEP_DAILY: "7",
    KEEP_WEEKLY: "4",
    KEEP_MONTHLY: "12",
    KEEP_DELETED_DAYS: "90",
  });
  const pull = (more = {}) => bench.runScript("pull", { ...settings(), ...more });
  const inSource = "BACKUPS:backups";
  const here = (folder = ".") => (existsSync(join(copies, folder)) ? filesIn(join(copies, folder)) : {});
  /** Without what the host notes for itself. */
  const backupsHere = () =>
    Object.fromEntries(Object.entries(here()).filter(([key]) => !/^(manifests\/|\.|.*\.changed-)/.test(key)));
  const changedHere = () => Object.entries(here()).filter(([key]) => key.includes(".changed-"));
  let source: Record<string, string>;

  beforeEach(async () => {
    bench = await openBench();
    copies = join(bench.folder, "copies");
    mkdirSync(copies);
    source = { ...(await fillBackups(bench, first)), ...mediaManifest(first, media) };
    for (const [key, text] of Object.entries(media)) source[`media/current/${key}`] = text;
    await fill(bench, inSource, source);
    expect(await pull()).toMatchObject({ code: 0 });
    bench.recorder.forget();
    return () => bench.close();
  });

  test("pulls everything that is complete, and only what is new", async () => {
    expect(backupsHere()).toEqual(source);
    const more = backup("database", second);
    await fill(bench, inSource, {
      ...more,
      "database/20261122T010000Z/dump.tar.zst.age": "half",
      "media/current/new.png": "new",
    });
    const { code, output } = await pull();
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("objects=1)") });
    expect(backupsHere()).toEqual({ ...source, ...more, "media/current/new.png": "new" });
    expect(readdirSync(join(copies, "manifests"))).toHaveLength(2);
    expect(bench.recorder.metrics("kansas-city")).toMatchObject({
      mastodon_backup_data_timestamp_seconds: Date.UTC(2026, 10, 21, 1) / 1000,
    });
    expect(bench.recorder.heartbeats()).toBe(1);
  });

  test("keeps everything when all is deleted at the source, and says so", async () => {
    await bench.command("rclone", "delete", inSource);
    const { code, output } = await pull();
    expect(code).toBe(1);
    expect(output).toContain(`database/${first}, the newest here before this run, is gone at the source`);
    expect(output).toContain("20 of 20 media objects here are gone");
    expect(backupsHere()).toEqual(source);
    expect(bench.recorder.news).toEqual([]);
  });

  test("keeps everything when all is overwritten at the source, and says so", async () => {
    const ransom = Object.fromEntries(Object.keys(source).map((key) => [key, "pay"]));
    await fill(bench, inSource, ransom);
    const { code, output } = await pull();
    expect(code).toBe(1);
    expect(output).toContain(`database/${first} was changed at the source after it was pulled, and is damaged there`);
    expect(output).toContain("state/20261120T010000Z.json.zst.age is no age file at the source");
    expect(Object.entries(backupsHere())).toEqual(expect.arrayContaining(Object.entries(source)));
    expect(bench.recorder.news).toEqual([]);
  });

  test("keeps both when somebody replaces a backup by another sound one, tells it once, and goes on", async () => {
    await fill(bench, inSource, backup("database", first, "an attacker's dump"));
    const { code, output } = await pull();
    expect(code).toBe(1);
    expect(output).toContain(`database/${first} was changed at the source after it was pulled. The copy here stays`);
    expect(backupsHere()).toEqual(source);
    expect(changedHere().map(([, text]) => text)).toContain("an attacker's dump");
    expect(bench.recorder.news).toEqual([]);
    expect(await pull()).toMatchObject({ code: 0 });
    expect(backupsHere()).toEqual(source);
  });

  test("keeps deleted and overwritten media for its own time", async () => {
    const [deleted = "", overwritten = ""] = Object.keys(media);
    await bench.command("rclone", "deletefile", `${inSource}/media/current/${deleted}`);
    await fill(bench, `${inSource}/media/current`, { [overwritten]: "other" });
    expect(await pull()).toMatchObject({ code: 0 });
    expect(here("media/current")[overwritten]).toBe("other");
    expect(here("media/current")).not.toHaveProperty([deleted]);
    const [run = ""] = readdirSync(join(copies, "media/history"));
    expect(here(`media/history/${run}`)).toEqual({ [deleted]: media[deleted], [overwritten]: media[overwritten] });
    mkdirSync(join(copies, "media/history/20200101T000000Z"));
    expect(await pull()).toMatchObject({ code: 0 });
    expect(readdirSync(join(copies, "media/history"))).toEqual([run]);
  });

  test("takes nothing with an old or a future date, which would push out what is here", async () => {
    await fill(bench, inSource, {
      ...backup("database", "20261119T230000Z"),
      ...backup("database", "20990101T000000Z"),
    });
    const { code, output } = await pull();
    expect(code).toBe(1);
    expect(output).toContain("dated in the future, and not taken: database/20990101T000000Z");
    expect(backupsHere()).toEqual(source);
  });

  test("thins by its own settings, and does not pull again what it let go", async () => {
    const stamps = ["20261120T110000Z", "20261120T120000Z", second, "20261122T010000Z"];
    for (const stamp of stamps) await fill(bench, inSource, backup("database", stamp));
    expect(await pull()).toMatchObject({ code: 0 });
    const few = { KEEP_HOURLY: "0", KEEP_DAILY: "3", KEEP_WEEKLY: "0", KEEP_MONTHLY: "0" };
    expect(await pull(few)).toMatchObject({ code: 0 });
    expect(readdirSync(join(copies, "database")).toSorted()).toEqual(["20261120T120000Z", second, "20261122T010000Z"]);
    const { output } = await pull(few);
    expect(output).toContain("objects=0)");
  });

  test("takes no damaged backup, takes the next, and heals", async () => {
    await fill(bench, inSource, {
      ...backup("database", second),
      [`database/${second}/dump.tar.zst.age`]: "database of 20261121T",
    });
    await fill(bench, inSource, backup("database", "20261122T010000Z"));
    const { code, output } = await pull();
    expect(code).toBe(1);
    expect(output).toContain(`database/${second} is damaged at the source`);
    expect(readdirSync(join(copies, "database")).toSorted()).toEqual([first, "20261122T010000Z"]);
    expect(bench.recorder.news).toEqual([]);
    expect(await pull()).toMatchObject({ code: 0 });
    expect(bench.recorder.heartbeats()).toBe(1);
  });

  test("finds a copy that rots on its own disk, and pulls it again", async () => {
    const file = join(copies, `database/${first}/dump.tar.zst.age`);
    writeFileSync(file, readFileSync(file, "utf8").toUpperCase());
    const { code, output } = await pull();
    expect(code).toBe(1);
    expect(output).toContain(`database/${first} is damaged here: the disk may fail`);
    expect(backupsHere()).toEqual(source);
    expect(await pull()).toMatchObject({ code: 0 });
  });

  test("finds media that are not what the manifest's sample says, and pulls them again", async () => {
    const file = join(copies, "media/current/files/3/original/3.png");
    const { atime, mtime } = statSync(file);
    writeFileSync(file, "PICTURE 3");
    utimesSync(file, atime, mtime);
    const { code, output } = await pull();
    expect(code).toBe(1);
    expect(output).toContain(`media that are not what ${first}.json says: files/3/original/3.png`);
    expect(bench.recorder.news).toEqual([]);
    expect(await pull()).toMatchObject({ code: 0 });
    expect(backupsHere()).toMatchObject(source);
  });

  test("goes on where a killed run was, and nothing half is in its place", async () => {
    await fill(bench, inSource, { ...backup("database", second), "media/current/new.png": "new" });
    for (const path of [`database/${second}/manifest.json`, "media/current/new.png"]) {
      bench.store.faults.fail({ method: "GET", path, answer: "held", times: 1 });
      const killed = bench.startScript("pull", settings());
      await bench.store.faults.reached();
      killed.killAll();
      await killed.outcome;
      expect(here("media/current")).not.toHaveProperty(["new.png"]);
    }
    expect(bench.recorder.news).toEqual([]);
    expect(await pull()).toMatchObject({ code: 0 });
    expect(backupsHere()).toEqual({ ...source, ...backup("database", second), "media/current/new.png": "new" });
    expect(bench.leftovers()).toEqual([]);
  });

  test("refuses a second run beside the first, and outlasts a server that is busy twice", async () => {
    await fill(bench, inSource, backup("database", second));
    bench.store.faults.fail({ method: "GET", path: `database/${second}/dump`, answer: "held", times: 1 });
    const one = bench.startScript("pull", settings());
    await bench.store.faults.reached();
    const { code, output } = await pull();
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("another run of kansas-city") });
    one.killAll();
    await one.outcome;
    bench.store.faults.fail({ path: `database/${second}/dump`, answer: 503, times: 2 });
    expect(await pull()).toMatchObject({ code: 0 });
    expect(bench.store.faults.failed()).toBe(2);
  });

  test("takes nothing when its disk is full, loses nothing, and heals when there is room", async () => {
    await fill(bench, inSource, backup("database", second));
    const { code, output } = await pull(diskFree(bench, 0));
    expect(code).toBe(1);
    expect(output).toContain(`${copies} has 0 bytes free`);
    expect(backupsHere()).toEqual(source);
    expect(bench.recorder.news).toEqual([]);
    expect(await pull()).toMatchObject({ code: 0 });
    expect(backupsHere()).toEqual({ ...source, ...backup("database", second) });
  });

  test("says when its disk is not there", async () => {
    rmSync(copies, { recursive: true });
    const { code, output } = await pull();
    expect(code).toBe(1);
    expect(output).toContain("is no folder that can be written: is its disk mounted?");
    expect(bench.recorder.news).toEqual([]);
  });

  test("keeps its copies in a bucket as well", async () => {
    await bench.command("rclone", "mkdir", "BACKUPS:kansas");
    const toBucket = { ...bench.store.remote("COPY"), KANSAS_CITY_PLACE: "COPY:kansas" };
    expect(await pull(toBucket)).toMatchObject({ code: 0 });
    expect(await contentsOf(bench, "BACKUPS:kansas")).toMatchObject(source);
    await bench.command("rclone", "delete", inSource);
    expect(await pull(toBucket)).toMatchObject({ code: 1 });
    expect(await contentsOf(bench, "BACKUPS:kansas")).toMatchObject(source);
    expect(await keysOf(bench, "BACKUPS:kansas/.incoming")).toEqual([]);
  });
});
