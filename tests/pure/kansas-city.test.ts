// The host that pulls the backups: its times, its settings and what they may not be, and what it is given.
import { spawnSync } from "node:child_process";
import { Cron } from "croner";
import { describe, expect, it } from "vitest";
import { calendarOf } from "../../components/backups/kansas-city/calendar.ts";
import { environmentFiles } from "../../components/backups/kansas-city/environment.ts";
import { hostProgram, pullBundle } from "../../components/backups/kansas-city/files.ts";
import { kansasCitySchema } from "../../components/backups/kansas-city/settings.ts";
import { shellVariables } from "../../components/host/program.ts";
import { ansibleInventory } from "../../components/workers/inventory.ts";
import { Secret } from "../../src/secret.ts";
import { parseSettings, SettingsError } from "../../src/settings.ts";
import { credentials, stackFile } from "../stacks.ts";

const schedules = [
  ["31 */6 * * *", "*-*-* 00,06,12,18:31:00 UTC"],
  ["13 6 * * 0", "Sun *-*-* 06:13:00 UTC"],
  ["1 2 * * MON-FRI", "Mon,Tue,Wed,Thu,Fri *-*-* 02:01:00 UTC"],
  ["5 4 1,15 * *", "*-*-01,15 04:05:00 UTC"],
  ["7 3-23/5 * JAN-MAR *", "*-01,02,03-* 03,08,13,18,23:07:00 UTC"],
  ["0 1-5/2 */10 * *", "*-*-01,11,21,31 01,03,05:00:00 UTC"],
] as const;

const base = "2026-01-01T00:00:00";

/** When systemd says that a calendar comes next, counted from a moment that is always the same. */
function nextOf(calendar: string): number | undefined {
  const args = ["calendar", `--base-time=${base.replace("T", " ")} UTC`, calendar];
  const { status, stdout } = spawnSync("systemd-analyze", args, {
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC" },
  });
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(stdout ?? "") ?? [];
  return status === 0 ? Date.parse(`${day}T${time}Z`) : undefined;
}

describe("a cron schedule as systemd's calendar", () => {
  it.each(schedules)("%s is %s", (schedule, calendar) => expect(calendarOf(schedule)).toBe(calendar));

  it("is none where cron means a day of the month or of the week, and systemd would mean both", () =>
    expect(["1 2 3 * 4", "1 2 */3 * 4"].map(calendarOf)).toEqual([undefined, undefined]));

  it.for(schedules)("comes next when cron would: %s", ([schedule, calendar], { skip }) => {
    const told = nextOf(calendar);
    skip(told === undefined, "systemd-analyze is not here, or too old to count from a given time");
    const next = new Cron(schedule, { paused: true, timezone: "Etc/UTC" }).nextRun(new Date(`${base}Z`));
    expect(told).toBe(next?.getTime());
  });
});

/** The production stack with backups and this host. */
function settings(kansasCity: object, changes: object = {}) {
  return {
    ...stackFile("prod"),
    backups: {
      enabled: true,
      image: "registry.example/backup:1",
      recipients: ["age1hm3ncqupalh8hvmunrjqfxl0w8w2zv8vdgyf2eadkhv5k9hj3pjqj4ddu0"],
      kansasCity,
    },
    secrets: credentials,
    ...changes,
  };
}

/** What is said against such settings. */
function refusal(kansasCity: object, changes: object = {}): string {
  try {
    parseSettings(settings(kansasCity, changes));
    return "";
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
}

describe("settings of the host", () => {
  const bucket = { target: { kind: "s3", endpoint: "s3.example", bucket: "copies" } };
  const key = { accessKeyId: new Secret("id"), secretAccessKey: new Secret("key") };

  it("need nothing but the declaration", () => {
    const { kansasCity } = parseSettings(settings({})).backups;
    expect(kansasCity).toMatchObject({
      schedule: "31 */6 * * *",
      target: { kind: "folder", path: "/srv/mastodon-copies", mounted: false },
      drill: { enabled: false },
      generation: 1,
    });
  });

  it("are complete with a bucket and its key", () =>
    expect(refusal(bucket, { secrets: { ...credentials, backups: { ...credentials.backups, kansasCity: key } } })).toBe(
      "",
    ));

  it.each([
    ["a bucket without its key", bucket, {}, /backups\.kansasCity\.target\.kind: .*needs the bucket's key/],
    [
      "a folder of the system",
      { target: { path: "/etc/copies" } },
      {},
      /backups\.kansasCity\.target\.path: .*belongs to the system/,
    ],
    ["a folder that leads elsewhere", { target: { path: "/srv/../etc" } }, {}, /must be an absolute path/],
    [
      "work in progress among the copies",
      { scratch: "/srv/mastodon-copies/work" },
      {},
      /must be apart from the copies/,
    ],
    ["a time that timers do not know", { schedule: "1 2 3 * 4" }, {}, /names both a day of the month and a weekday/],
    ["a time that is none", { schedule: "daily" }, {}, /backups\.kansasCity\.schedule: .*must be minute hour/],
    [
      "a worker of the same name",
      {},
      { workers: { "kansas-city": { where: "external", queues: ["push"], threads: 1 } } },
      /workers\.kansas-city: has the name of the host that pulls the backups/,
    ],
    ["nothing to pull", {}, { backups: { kansasCity: {} } }, /backups\.kansasCity: .*would find nothing to pull/],
  ])("refuse %s", (_, kansasCity, changes, message) => expect(refusal(kansasCity, changes)).toMatch(message));

  it("refuse a drill without what opens the backups", () => {
    const { backups: _, ...others } = credentials;
    expect(refusal({ drill: { enabled: true } }, { secrets: others })).toMatch(
      /backups\.kansasCity\.drill\.enabled: .*needs the key that opens backups for drills/,
    );
  });
});

describe("what the host is given", () => {
  const declared = kansasCitySchema.parse({ keep: { daily: 3 }, keepDeletedDays: 40 });
  const source = { bucket: "b", region: "sfo3", endpoint: "sfo3.example", accessKeyId: "read", secretAccessKey: "s" };
  const given = (gateways: readonly string[]) =>
    environmentFiles({
      server: "shop",
      settings: declared,
      source,
      targetKey: undefined,
      gateways,
      heartbeats: { pull: "https://ping.example/1", drill: undefined },
      postgresql: "17",
    });

  it("opens the backups bucket at the address that the provider told", () => {
    const { pull } = given([]);
    expect(pull).toContain("RCLONE_CONFIG_BACKUPS_ENDPOINT='https://sfo3.example'\n");
    expect(pull).toContain("RCLONE_CONFIG_BACKUPS_ACCESS_KEY_ID='read'\n");
    expect(pull).toContain("KEEP_DAILY='3'\n");
    expect(pull).toContain("KEEP_DELETED_DAYS='40'\n");
    expect(pull).toContain("BACKUP_HEARTBEAT_URL='https://ping.example/1'\n");
  });

  it("opens no bucket in a drill, whose reports stay with the copy", () => {
    const { drill } = given([]);
    expect(drill).not.toContain("RCLONE_CONFIG_BACKUPS");
    expect(drill).toContain("DRILL_REPORTS='/srv/mastodon-copies/drills'\n");
  });

  it("names the gateway only where it leads to the metrics", () => {
    expect(given(["shop-gateway-1", "shop-gateway-2"]).pull).toContain("GATEWAYS='shop-gateway-1 shop-gateway-2'\n");
    expect(given([]).pull).not.toContain("GATEWAYS");
  });

  it("has every file that its scripts source", () => {
    const bundle = pullBundle("shop", { "pull.conf": "", "pull.env": "", "tailnet-key": "" });
    const scripts = [...bundle.matchAll(/^cat >"\$folder\/script\.(\S+)" /gm)].map(([, name]) => name);
    const sourced = [...bundle.matchAll(/^\. "\$\(dirname "\$0"\)\/(\S+)"$/gm)].map(([, name]) => name);
    expect(scripts).toEqual(expect.arrayContaining(["pull", "verify", "drill", "lib.sh"]));
    expect(scripts).toEqual(expect.arrayContaining(sourced));
    expect(sourced.length).toBeGreaterThan(0);
    expect(bundle).toContain(hostProgram);
  });

  it("is nothing that quotation marks cannot hold, and the refusal does not show it", () => {
    expect(() => shellVariables({ A: "1", KEY: "it's" })).toThrow(/^KEY of a host holds/);
    expect(() => shellVariables({ KEY: String.raw`a\b` })).toThrow(/^KEY of a host holds/);
    expect(() => shellVariables({ KEY: "s3cret\n" })).not.toThrow(/s3cret/);
  });

  it("is listed in a group of its own in the inventory", () => {
    const { all } = ansibleInventory("shop", {}, declared);
    expect(all.children).toEqual({
      queue_workers: { hosts: {} },
      backup_hosts: {
        hosts: {
          "shop-kansas-city": {
            ansible_host: "shop-kansas-city",
            mastodon_role: "backup-host",
            backup_schedule: "31 */6 * * *",
            backup_target: "/srv/mastodon-copies",
          },
        },
      },
    });
    expect(ansibleInventory("shop", {}).all.children).not.toHaveProperty("backup_hosts");
  });
});
