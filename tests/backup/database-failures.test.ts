// Every failure of a database backup once: nothing is lost, the message says what to do, no heartbeat comes, and the next run heals.
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  bytesOf,
  completeBackups,
  fillMedia,
  newestArchive,
  overwrite,
  signedReport,
} from "../support/backup/backups-of-database.ts";
import { type Bench, openBench, type Outcome, whyNoBench } from "../support/backup/bench.ts";
import { fill } from "../support/backup/contents.ts";
import { clockAhead, diskFree } from "../support/backup/doubles.ts";
import {
  keepAll,
  type ServerDatabase,
  startEmptyDatabase,
  startServerDatabase,
} from "../support/backup/server-database.ts";

const execute = promisify(execFile);
const missing = await whyNoBench();
const hour = 3600;

describe.skipIf(missing !== undefined)("a database backup", () => {
  let bench: Bench;
  let server: ServerDatabase;
  let empty: ServerDatabase;
  let before: readonly string[];
  const settings = () => ({ ...server.libpq, ...keepAll });
  const dump = (more = {}) => bench.runScript("dump", { ...settings(), ...more });
  const verify = (more = {}) => bench.runScript("verify", more);
  const drill = (more = {}) => bench.runScript("drill", { ...empty.scratch, ...more });
  const archivePath = "dump.tar.zst.age";

  beforeAll(async () => {
    [bench, server, empty] = await Promise.all([openBench(), startServerDatabase(), startEmptyDatabase()]);
    expect(await dump()).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await server.stop();
    await empty.stop();
    await bench.close();
  });
  beforeEach(async () => {
    before = await completeBackups(bench);
    bench.recorder.forget();
  });
  afterEach(() => bench.store.faults.fail());

  /** It failed, said so, told nobody of a success, and left nothing behind. */
  function failed({ code, output }: Outcome, message: string | RegExp): void {
    expect(code, output).toBe(1);
    expect(output).toMatch(message);
    expect(bench.recorder.news).toEqual([]);
    expect(bench.leftovers()).toEqual([]);
  }

  /** Earlier backups are as they were, and a next run makes a whole one. */
  async function heals(): Promise<void> {
    bench.store.faults.fail();
    expect(await completeBackups(bench)).toEqual(before);
    const { code, output } = await dump();
    expect(code, output).toBe(0);
    expect(await completeBackups(bench)).toHaveLength(before.length + 1);
    expect(bench.recorder.heartbeats()).toBe(1);
    bench.recorder.forget();
    expect(await verify()).toMatchObject({ code: 0 });
  }

  it("does not mind two answers of a busy bucket", async () => {
    bench.store.faults.fail({ method: "PUT", path: archivePath, answer: 503, times: 2 });
    expect(await dump()).toMatchObject({ code: 0 });
    expect(bench.store.faults.failed()).toBe(2);
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it("ends when the bucket is busy for ever", async () => {
    bench.store.faults.fail({ method: "PUT", path: archivePath, answer: 503 });
    failed(await dump({ RCLONE_LOW_LEVEL_RETRIES: "2" }), /cannot upload to BACKUPS:backups\/database/);
    expect(bench.store.faults.failed()).toBe(8); // four tries of two
    await heals();
  });

  it("ends when the login may not write, and says so", async () => {
    bench.store.faults.fail({ method: "PUT", path: archivePath, answer: 403 });
    failed(await dump(), /cannot upload to/);
    await heals();
  });

  it("is none without its manifest", async () => {
    bench.store.faults.fail({ method: "PUT", path: "manifest.json", answer: 503 });
    failed(await dump({ RCLONE_LOW_LEVEL_RETRIES: "1" }), /cannot upload to .*manifest\.json/);
    await heals();
  });

  it("that was truncated is found before anything is fetched", async () => {
    const archive = await newestArchive(bench);
    const whole = await bytesOf(bench, archive);
    await overwrite(bench, archive, whole.subarray(0, whole.length / 2));
    const message = /has \d+ bytes, and its manifest says \d+: it is truncated or was changed/;
    failed(await verify(), message);
    failed(await drill({ DRILL_MEDIA: "none" }), message);
    failed(await bench.runScript("restore", empty.libpq, "--apply"), message);
    await heals();
  });

  it("that was changed in place is found by its checksum", async () => {
    const archive = await newestArchive(bench);
    const changed = await bytesOf(bench, archive);
    changed.writeUInt8(changed.readUInt8(changed.length >> 1) ^ 1, changed.length >> 1);
    await overwrite(bench, archive, changed);
    failed(await verify(), /has SHA-256 [0-9a-f]{64}, and its manifest says/);
    failed(await drill({ DRILL_MEDIA: "none" }), /its content was changed/);
    await heals();
  });

  it("whose archive is gone is told from one that never was", async () => {
    await bench.command("rclone", "deletefile", await newestArchive(bench));
    failed(await verify(), /is missing, and its manifest is there/);
    await heals();
  });

  it("opens with no other key", async () => {
    failed(
      await drill({ DRILL_MEDIA: "none", BACKUP_IDENTITY_FILE: bench.otherIdentity }),
      /could not be opened: is BACKUP_IDENTITY_FILE .* the private key of one of its recipients\?/,
    );
    expect(await drill({ DRILL_MEDIA: "none" })).toMatchObject({ code: 0 });
  });

  it("begins only when the disk has room", async () => {
    failed(await dump(diskFree(bench, 1_000_000)), /has 999424 bytes free, and \d+ are needed/);
    await heals();
  });

  it.skipIf(process.getuid?.() !== 0)("ends when the disk is full before its time", async () => {
    const small = join(bench.folder, "small");
    mkdirSync(small);
    await execute("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", small]);
    try {
      failed(await dump({ ...diskFree(bench, 1e12), BACKUP_WORK: small }), /No space left on device/);
    } finally {
      await execute("umount", [small]);
    }
    await heals();
  });

  it("that was killed while it was uploaded counts as none, and leaves nothing that the next run does not clear away", async () => {
    bench.store.faults.fail({ method: "PUT", path: archivePath, answer: "held" });
    const running = bench.startScript("dump", settings());
    await bench.store.faults.reached();
    running.killAll();
    expect(await running.outcome).toMatchObject({ code: -1 });
    expect(bench.leftovers()).toHaveLength(1);
    expect(bench.recorder.news).toEqual([]);
    await heals();
    expect(bench.leftovers()).toEqual([]);
  });

  it("that is asked to stop ends at once with all that it started", async () => {
    bench.store.faults.fail({ method: "PUT", path: archivePath, answer: "held" });
    const running = bench.startScript("dump", settings());
    await bench.store.faults.reached();
    running.signal("SIGTERM");
    const { code, output } = await running.outcome; // is there only when every process has closed its output
    expect(code).toBe(143);
    expect(output).toContain("stopped by a signal");
    expect(bench.leftovers()).toEqual([]);
    await heals();
  });

  it("is made by one run at a time", async () => {
    bench.store.faults.fail({ method: "PUT", path: archivePath, answer: "held", times: 1 });
    const first = bench.startScript("dump", settings());
    await bench.store.faults.reached();
    const second = await dump();
    expect(second.code).toBe(1);
    expect(second.output).toContain("another run of dump is at work on");
    expect(bench.leftovers()).toHaveLength(1); // the first one's
    first.killAll();
    await first.outcome;
    await heals();
  });

  it("is made by one run at a time, from other nodes too", async () => {
    const holding = server.psql("mastodon", "SELECT pg_advisory_lock(hashtext('mastodon-backup-dump')), pg_sleep(600)");
    const holder = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while ((await server.psql("mastodon", `SELECT count(*) ${holder}`)) === "0");
    failed(await dump(), /another dump of this database is at work/);
    const [ended] = await Promise.allSettled([
      holding,
      server.psql("mastodon", `SELECT pg_terminate_backend(pid) ${holder}`),
    ]);
    expect(ended).toMatchObject({ status: "rejected" });
    await heals();
  });

  it("is not made while the clock is wrong", async () => {
    failed(
      await dump(clockAhead(bench, 2 * hour)),
      /the clock here differs from the database's by 7\d{3} s, and 300 are/,
    );
    failed(await dump(clockAhead(bench, -2 * hour)), /the clock here differs from the database's by -7\d{3} s/);
    await heals();
  });

  it("that claims to be from the future stops verification, is passed over by drills, and costs no other its place", async () => {
    const [newest = ""] = before.toReversed();
    const manifest = await bench.command("rclone", "cat", `BACKUPS:backups/database/${newest}/manifest.json`);
    const future = "20991231T000000Z";
    await fill(bench, `BACKUPS:backups/database/${future}`, { "manifest.json": manifest });
    failed(await verify(), /1 backups that claim to be from the future: a clock here or there is wrong/);
    const drilled = await drill({ DRILL_MEDIA: "none" });
    failed(drilled, /claim to be from the future/);
    expect(await signedReport(bench)).toMatchObject({ backup: newest, result: "failed" });
    const keepOne = { KEEP_HOURLY: "1", KEEP_DAILY: "0", KEEP_WEEKLY: "0", KEEP_MONTHLY: "0", KEEP_MINIMUM: "2" };
    expect(await dump(keepOne)).toMatchObject({ code: 0 });
    const left = await completeBackups(bench);
    expect(left).toContain(newest);
    expect(left).toContain(future);
    await bench.command("rclone", "purge", `BACKUPS:backups/database/${future}`);
  });

  it("is not made of a database without Mastodon's tables", async () => {
    failed(await dump(empty.libpq), /has no table accounts: it is not Mastodon's, or is lost/);
    await heals();
  });

  it("is not made of a database that lost all accounts, but of a new one", async () => {
    await empty.psql("mastodon", "SET ROLE mastodon; CREATE TABLE accounts (id bigint)");
    try {
      failed(await dump(empty.libpq), /has no account, and the last backup has 20000: it may be lost/);
      await heals();
      expect(await dump({ ...empty.libpq, BACKUPS_BUCKET: "offsite" })).toMatchObject({ code: 0 });
    } finally {
      await empty.psql("mastodon", "DROP TABLE accounts");
    }
  });

  it("is not made when nobody could open it", async () => {
    failed(await dump({ BACKUP_RECIPIENTS_FILE: bench.reportPublicKey }), /has no line with an age public key/);
    await heals();
  });

  it("whose media are missing or changed fails its drill with a signed report, until they are back", async () => {
    failed(await drill(), /the copy has no list of media/);
    await fillMedia(bench);
    const current = "BACKUPS:backups/media/current";
    await bench.command("rclone", "deletefile", `${current}/accounts/avatars/1/original/a b.png`);
    await overwrite(bench, `${current}/media_attachments/files/2/original/c.jpg`, Buffer.from("2wo"));
    failed(await drill(), /is not what its manifest says/);
    const { result, differences } = await signedReport(bench);
    expect(result).toBe("failed");
    expect(differences).toEqual([
      "media accounts/avatars/1/original/a b.png is missing or cannot be read",
      expect.stringMatching(/^media media_attachments\/files\/2\/original\/c\.jpg has SHA-256 \w+ instead of \w+$/),
    ]);
    await fillMedia(bench);
    expect(await drill()).toMatchObject({ code: 0 });
  });

  it("with other rows than its manifest says fails its drill", async () => {
    const [newest = ""] = before.toReversed();
    const key = `BACKUPS:backups/database/${newest}/manifest.json`;
    const manifest = await bytesOf(bench, key);
    await overwrite(bench, key, Buffer.from(manifest.toString().replace('"accounts": 20000', '"accounts": 20001')));
    failed(await drill({ DRILL_MEDIA: "none" }), /table accounts has 20000 rows instead of 20001/);
    await overwrite(bench, key, manifest);
  });

  it("that nobody can be told of is a backup all the same", async () => {
    bench.recorder.answer(500);
    const { code, output } = await dump();
    bench.recorder.answer(200);
    expect(code).toBe(0);
    expect(output).toContain("warning: the heartbeat could not be sent; all else is done");
    expect(output).not.toContain("secret-token");
    expect(await completeBackups(bench)).toHaveLength(before.length + 1);
  });

  it("asks for all that it is not told at once", async () => {
    const { output } = await dump({ PGHOST: "", KEEP_DAILY: "", BACKUPS_BUCKET: "" });
    expect(output).toContain("these environment variables must be set: BACKUPS_BUCKET PGHOST KEEP_DAILY");
  });
});
