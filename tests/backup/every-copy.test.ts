// The whole way with 200,000 rows: dumped, encrypted, copied off site and to Kansas City, and each copy restored and compared.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  bytesOf,
  newestArchive,
  newestBackup,
  overwrite,
  signedReport,
} from "../support/backup/backups-of-database.ts";
import { type Bench, openBench, whyNoBench } from "../support/backup/bench.ts";
import { fill } from "../support/backup/contents.ts";
import { makeLockedBucket } from "../support/backup/locked-bucket.ts";
import {
  keepAll,
  rows,
  type ServerDatabase,
  startEmptyDatabase,
  startServerDatabase,
} from "../support/backup/server-database.ts";

const missing = await whyNoBench();
const copies = ["backups", "offsite", "kansas-city"] as const;
const media = Object.fromEntries(
  Array.from({ length: 12 }, (_, n) => [`files/${n}/original/${n}.png`, `picture ${n}`]),
);

describe.skipIf(missing !== undefined)("a backup of 200,000 rows and their media", () => {
  let bench: Bench;
  let server: ServerDatabase;
  let scratch: ServerDatabase;
  /** Variables of all that a drill can read. */
  let places: Readonly<Record<string, string>>;
  const drill = (copy: string) => bench.runScript("drill", { ...scratch.scratch, ...places }, copy);

  beforeAll(async () => {
    [bench, server, scratch] = await Promise.all([openBench(), startServerDatabase(), startEmptyDatabase()]);
    const locked = await makeLockedBucket(bench);
    places = { OFFSITE_BUCKET: locked.name, KANSAS_CITY_PLACE: join(bench.folder, "kansas-city") };
    mkdirSync(join(bench.folder, "kansas-city"));
    await fill(bench, "MEDIA:media", media);
    const steps = [
      ["dump", { ...server.libpq, ...keepAll }],
      ["copy-media", { KEEP_DELETED_DAYS: "30" }],
      ["copy-offsite", { ...locked.environment, OFFSITE_MEDIA: "true" }],
      ["pull", { ...places, ...keepAll, KEEP_DELETED_DAYS: "90" }],
    ] as const;
    for (const [script, settings] of steps) {
      const { code, output } = await bench.runScript(script, settings);
      expect(code, output).toBe(0);
    }
  });
  afterAll(async () => {
    await server.stop();
    await scratch.stop();
    await bench.close();
  });
  beforeEach(() => bench.recorder.forget());

  it.for(copies)("is whole in every copy: %s", async (copy) => {
    const { code, output } = await drill(copy);
    expect(code, output).toBe(0);
    const report = await signedReport(bench);
    expect(report).toMatchObject({ copy, result: "passed", differences: [], backup: await newestBackup(bench) });
    expect(report.restored.tables).toMatchObject(rows);
    expect(report.media.checked).toBeGreaterThan(0);
    expect(bench.recorder.metrics(`drill-${copy}`)).toBeDefined();
    expect(bench.recorder.heartbeats()).toBe(1);
  });

  it("that is damaged in one copy can be had from the others", async () => {
    const archive = await newestArchive(bench);
    const whole = await bytesOf(bench, archive);
    await overwrite(bench, archive, whole.subarray(1));
    expect(await drill("backups")).toMatchObject({ code: 1 });
    expect(bench.recorder.news).toEqual([]);
    for (const copy of ["offsite", "kansas-city"]) expect(await drill(copy)).toMatchObject({ code: 0 });
    const target = await startEmptyDatabase();
    try {
      const fromThere = ["--apply", "--copy", "kansas-city"];
      expect(await bench.runScript("restore", { ...target.libpq, ...places }, ...fromThere)).toMatchObject({
        code: 0,
      });
      expect(await target.psql("mastodon", "SELECT count(*) FROM statuses")).toBe(String(rows.statuses));
    } finally {
      await target.stop();
    }
  });
});
