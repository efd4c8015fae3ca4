// What the bundle installs on the host in Kansas City, run as its services run it: a pull from a real S3 server, and a drill in a PostgreSQL of its own.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { environmentFiles } from "../../components/backups/kansas-city/environment.ts";
import { hostConfiguration, pullBundle } from "../../components/backups/kansas-city/files.ts";
import { kansasCitySchema } from "../../components/backups/kansas-city/settings.ts";
import { shellVariables } from "../../components/host/program.ts";
import { fillMedia, newestBackup, verifySignature } from "../support/backup/backups-of-database.ts";
import { type Bench, openBench, type Outcome, whyNoBench } from "../support/backup/bench.ts";
import { contentsOf, filesIn } from "../support/backup/contents.ts";
import { runService } from "../support/backup/host-service.ts";
import { heartbeatPath } from "../support/backup/recorder.ts";
import { keepAll, startServerDatabase } from "../support/backup/server-database.ts";
import { FakeHost } from "../support/fake-host.ts";

const missing = await whyNoBench();
const copies = "srv/mastodon-copies";
const scratch = "var/cache/mastodon-pull";

/** What differs here from a real host: the store has no certificate, and the folders lie below the made-up root. */
function instead({ environment, recorder }: Bench, host: FakeHost): Record<string, string> {
  const remote = Object.entries(environment).filter(([name]) => name.startsWith("RCLONE_CONFIG_BACKUPS_"));
  return {
    ...Object.fromEntries(remote),
    KANSAS_CITY_PLACE: join(host.root, copies),
    BACKUP_WORK: join(host.root, scratch),
    HOME: join(host.root, scratch),
    TMPDIR: join(host.root, scratch),
    METRICS_PORT: new URL(recorder.url).port,
    BACKUP_RETRY_SECONDS: "0",
  };
}

function bundleFor(bench: Bench, host: FakeHost, identity: string): string {
  const settings = kansasCitySchema.parse({ drill: { enabled: true } });
  const heartbeat = `${bench.recorder.url}${heartbeatPath}`;
  const plan = { server: "shop", settings, postgresql: "17" };
  const { pull, drill } = environmentFiles({
    ...plan,
    source: { bucket: "backups", region: "sfo3", endpoint: "unused", accessKeyId: "", secretAccessKey: "" },
    targetKey: undefined,
    gateways: ["shop-gateway-1", "shop-gateway-2"],
    heartbeats: { pull: heartbeat, drill: heartbeat },
  });
  const changed = instead(bench, host);
  const reports = { DRILL_REPORTS: `${changed["KANSAS_CITY_PLACE"]}/drills` };
  return pullBundle("shop", {
    "pull.conf": hostConfiguration({ ...plan, hostname: "shop-kansas-city" }),
    "pull.env": pull + shellVariables(changed),
    "drill.env": drill + shellVariables({ ...changed, ...reports }),
    "drill-identity": readFileSync(identity, "utf8"),
    "report-key": readFileSync(bench.environment["BACKUP_REPORT_KEY_FILE"] ?? "", "utf8"),
    "tailnet-key": "tskey-auth-1",
  });
}

/** Both machines of the gateway are the recorder. */
function start(bench: Bench, host: FakeHost, name: string): Promise<Outcome> {
  return runService({ host, name, folder: bench.folder, path: bench.environment["PATH"] ?? "" });
}

describe.skipIf(missing !== undefined)("the host in Kansas City", () => {
  let bench: Bench;
  let host: FakeHost;

  beforeAll(async () => {
    bench = await openBench();
    const server = await startServerDatabase();
    expect(await bench.runScript("dump", { ...server.libpq, ...keepAll })).toMatchObject({ code: 0 });
    await server.stop();
    await fillMedia(bench);
    host = new FakeHost();
    const { code, text } = await host.run(bundleFor(bench, host, bench.environment["BACKUP_IDENTITY_FILE"] ?? ""), [
      "up",
    ]);
    expect(code, text).toBe(0);
  });
  afterAll(async () => {
    host.remove();
    await bench.close();
  });
  beforeEach(() => bench.recorder.forget());

  it("pulls what is in the bucket, and tells the heartbeat and, through the gateway that answers, the metrics", async () => {
    const { code, output } = await start(bench, host, "mastodon-pull");
    expect(code, output).toBe(0);
    const here = filesIn(join(host.root, copies));
    const there = await contentsOf(bench, "BACKUPS:backups");
    for (const [key, content] of Object.entries(there)) expect(here[key], key).toBe(content);
    expect(bench.recorder.metrics("kansas-city")).toHaveProperty("mastodon_backup_last_success_timestamp_seconds");
    expect(bench.recorder.heartbeats()).toBe(1);
  });

  it("says in its status which dump is the newest", async () => {
    const { text } = await host.run(readFileSync(join(host.root, "usr/local/sbin/mastodon-pull"), "utf8"), ["status"]);
    expect(text).toContain(`/database/${await newestBackup(bench)}/manifest.json`);
  });

  it("restores its own copy into a PostgreSQL of its own, leaves a signed report with the copy, and nothing else", async () => {
    const { code, output } = await start(bench, host, "mastodon-pull-drill");
    expect(code, output).toBe(0);
    const drills = join(host.root, copies, "drills");
    const [report = "", signature = ""] = readdirSync(drills).toSorted();
    await verifySignature(bench, { report: join(drills, report), signature: join(drills, signature) });
    expect(JSON.parse(readFileSync(join(drills, report), "utf8"))).toMatchObject({
      copy: "kansas-city",
      result: "passed",
      amcheck: "passed",
      media: { checked: 2 },
    });
    expect(bench.recorder.metrics("drill-kansas-city")).toHaveProperty("mastodon_backup_restore_seconds");
    expect(bench.recorder.heartbeats()).toBe(1);
    expect(existsSync(join(host.root, scratch, "postgresql"))).toBe(false);
  });

  it("leaves no PostgreSQL behind when the drill fails, and tells nobody of a success", async () => {
    await host.run(bundleFor(bench, host, bench.otherIdentity), ["up"]);
    const { code, output } = await start(bench, host, "mastodon-pull-drill");
    expect(code).toBe(1);
    expect(output).toContain("the backup could not be opened");
    expect(bench.recorder.news.filter(({ path }) => path !== "/-/ready")).toEqual([]);
    expect(existsSync(join(host.root, scratch, "postgresql"))).toBe(false);
  });
});
