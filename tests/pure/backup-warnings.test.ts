// What a preview says of backups without refusing anything.
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/secret.ts";
import { makePlans } from "../../src/plans/plans.ts";
import { backupWarnings } from "../../src/plans/backup-warnings.ts";
import { settingsSchema } from "../../src/settings-schema.ts";
import { credentials, fixedStack } from "../stacks.ts";

const settings = (subjects: Readonly<Record<string, unknown>>) =>
  settingsSchema.parse({ ...fixedStack(), backups: {}, secrets: credentials, ...subjects });
const warnings = (subjects: Readonly<Record<string, unknown>>) => backupWarnings(settings(subjects));

const address = new Secret("https://ping.example/backup");
const heard = ["dump", "media", "offsite", "drill-backups", "drill-offsite"];
const heartbeats = (tasks: readonly string[]) => ({
  secrets: { ...credentials, backups: { heartbeats: Object.fromEntries(tasks.map((task) => [task, address])) } },
});

describe("backups that are off", () => {
  it("are warned of where the server matters", () => {
    expect(warnings({})).toEqual([expect.stringMatching(/^mastodon:backups\.enabled: false leaves this server with/)]);
    expect(makePlans(settings({})).warnings).toEqual(expect.arrayContaining(warnings({})));
  });

  it("are not where its data is worthless, or a copy of another's", () => {
    expect(warnings({ protect: false })).toEqual([]);
    const source = { domain: "original.example", bucket: "original-backups", region: "sfo3" };
    expect(warnings({ staging: { source, refresh: "2026-12-24" } })).toEqual([]);
  });
});

describe("backups that are on", () => {
  const on = { backups: { enabled: true } };

  it("are warned of where nobody hears when they stop", () => {
    expect(warnings(on)).toEqual([
      "mastodon:backups: nobody is told when dump, media, offsite, drill-backups, drill-offsite stop; set metrics.enabled to true, or give secrets.backups.heartbeats an address for each",
    ]);
    expect(warnings({ ...on, ...heartbeats(heard.slice(1)) })).toEqual([expect.stringContaining("when dump stops;")]);
  });

  it("are not where metrics are on, or every task that matters has a heartbeat", () => {
    expect(warnings({ ...on, metrics: { enabled: true } })).toEqual([]);
    expect(warnings({ ...on, ...heartbeats(heard) })).toEqual([]);
  });
});
