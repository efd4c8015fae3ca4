// Recovery objectives: the sums, what is refused with which words, and the alarms that follow.
import { describe, expect, it, test } from "vitest";
import { objectivesPage } from "../../components/backups/objectives-page.ts";
import { plannedObjectives } from "../../components/backups/objectives.ts";
import { backupsSettingsSchema } from "../../components/backups/settings.ts";
import { watchedBackups } from "../../components/backups/watched.ts";
import { databaseSettingsSchema } from "../../components/database/settings.ts";
import { durationSchema, durationSeconds, durationText } from "../../components/duration.ts";
import { longestGap } from "../../components/mastodon/day-two/schedule.ts";
import { recoveryObjectivesRules } from "../../src/rules/recovery-objectives.ts";
import { changedProd, mistakesIn } from "../support/mistakes.ts";

type Raw = Readonly<Record<string, unknown>>;

const backups = (raw: Raw = {}) => backupsSettingsSchema.parse({ enabled: true, ...raw });
const objectives = (raw: Raw) => ({ objectives: raw });
const [minute, hour, day] = [60, 3600, 86_400];

const worst = (raw: Raw, of: string) => plannedObjectives(backups(raw)).find((planned) => planned.of === of)?.worst;

const page = (raw: Raw, standby = true) => objectivesPage({ backups: backups(raw), region: "sfo3", standby });

function problems(raw: Raw, nodes = 2): string[] {
  const database = databaseSettingsSchema.parse({ postgresql: { nodes } });
  return recoveryObjectivesRules
    .flatMap((check) => check({ backups: backups(raw), database }))
    .map(({ path, value, message }) => `${path}: ${typeof value === "string" ? `${value} ` : ""}${message}`);
}

describe("durations", () => {
  test.each([
    ["1m", minute],
    ["90m", 90 * minute],
    ["24h", day],
    ["7d", 7 * day],
  ])("%s is %d seconds", (text, seconds) => {
    expect(durationSchema.safeParse(text).success).toBe(true);
    expect(durationSeconds(text)).toBe(seconds);
  });

  test.each(["", "0h", "h", "1.5h", "1 h", "90", "1h30m", "-1h", "1w", "90s"])("%j is refused", (text) => {
    expect(durationSchema.safeParse(text).success).toBe(false);
  });

  test.each([
    [90 * minute, "1h 30m"],
    [day, "24h"],
    [34 * hour, "34h"],
    [2 * day, "2d"],
    [7 * day + 12 * hour + 10 * minute, "7d 12h 10m"],
    [1, "1m"],
    [0, "0m"],
  ])("%d seconds are told as %s", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe("the longest gap of a schedule", () => {
  test.each([
    ["17 * * * *", hour],
    ["43 */6 * * *", 6 * hour],
    ["0 */7 * * *", 7 * hour],
    ["0 1,2 * * *", 23 * hour],
    ["0 0 * * *", day],
    ["0 0,12 * * *", 12 * hour],
    ["13 6 * * 6", 7 * day],
    ["0 3 1 * *", 31 * day],
    ["0 3 31 * *", 61 * day],
    ["17 8-18 * * 1-5", 62 * hour],
    ["0 0 * 1-6 *", 185 * day],
    ["0 0 29 2 *", 1461 * day],
  ])("%s", (schedule, seconds) => {
    expect(longestGap(schedule)).toBe(seconds);
  });
});

describe("what is lost at worst", () => {
  it("is the time between two runs and the length of one", () => {
    expect(worst({}, "database")).toBe(hour + 30 * minute);
    expect(worst({ media: { schedule: "0 3 * * *" } }, "media")).toBe(26 * hour);
  });

  it("is that of the oldest original too, for a further copy", () => {
    expect(worst({}, "offsite")).toBe(8 * hour + 26 * hour);
    expect(worst({ media: { schedule: "0 * * * *" } }, "offsite")).toBe(3 * hour + 26 * hour);
  });

  it("is that of the database alone for a further copy without media", () => {
    expect(worst({ offsite: { media: false } }, "offsite")).toBe(hour + 30 * minute + 26 * hour);
  });

  it("counts Kansas City only where it is", () => {
    expect(worst({}, "kansasCity")).toBeUndefined();
    expect(worst({ kansasCity: {} }, "kansasCity")).toBe(8 * hour + 8 * hour);
  });
});

describe("objectives that can be kept", () => {
  test.each([
    ["the defaults", {}],
    ["with Kansas City", { kansasCity: { drill: { enabled: true } } }],
    ["an objective that is just met", objectives({ database: { rpo: "90m" } })],
    ["a monthly drill", { drill: { schedule: "13 6 1 * *" } }],
    ["what is kept just long enough", { media: { keepDeletedDays: 14 }, immutable: { lockDays: 14 } }],
    ["anything at all, while backups are off", { enabled: false, ...objectives({ database: { rpo: "1m" } }) }],
  ])("are taken: %s", (_, raw) => {
    expect(problems(raw)).toEqual([]);
  });
});

const refused: [string, Raw, RegExp][] = [
  [
    "a loss that the schedule cannot keep within the objective",
    objectives({ database: { rpo: "1h" } }),
    /^backups\.objectives\.database\.rpo: 1h cannot be met: "17 \* \* \* \*" leaves up to 1h between two runs, and one may take 30m, so up to 1h 30m are lost; allow 1h 30m, or change backups\.database\.schedule or backups\.objectives\.runs\.dump$/,
  ],
  [
    "a schedule that is too rare",
    { media: { schedule: "0 3 * * *" }, ...objectives({ offsite: { rpo: "4d" } }) },
    /^backups\.objectives\.media\.rpo: 24h cannot be met: "0 3 \* \* \*" leaves up to 24h/,
  ],
  [
    "a further copy that begins with old data",
    objectives({ offsite: { rpo: "30h" } }),
    /^backups\.objectives\.offsite\.rpo: 30h cannot be met: what it copies is up to 8h old when it begins, .*so up to 34h are lost; allow 34h/,
  ],
  [
    "a copy in Kansas City that pulls too seldom",
    { kansasCity: { schedule: "31 3 * * *" } },
    /^backups\.objectives\.kansasCity\.rpo: 24h cannot be met/,
  ],
  [
    "runs that take longer than the time between them",
    objectives({ runs: { dump: "61m" }, database: { rpo: "5h" } }),
    /^backups\.objectives\.runs\.dump: 1h 1m must be no longer than the 1h between two runs \(backups\.database\.schedule\)$/,
  ],
  [
    "dumps that are ended before they may be done",
    {
      database: { schedule: "0 */6 * * *", hours: 1 },
      ...objectives({ runs: { dump: "2h" }, database: { rpo: "9h" } }),
    },
    /^backups\.objectives\.runs\.dump: 2h must be within backups\.database\.hours/,
  ],
  [
    "drills less often than each month",
    { drill: { schedule: "13 6 1 */2 *" } },
    /^backups\.drill\.schedule: 13 6 1 \*\/2 \* leaves 62d between two drills; each copy must be restored at least every 31 days/,
  ],
  [
    "drills of the off-site copy less often than each month",
    { drill: { offsiteSchedule: "13 6 1 1,7 *" } },
    /^backups\.drill\.offsiteSchedule: /,
  ],
  [
    "drills in Kansas City less often than each month",
    { kansasCity: { drill: { enabled: true, schedule: "13 6 1 1,7 *" } } },
    /^backups\.kansasCity\.drill\.schedule: /,
  ],
  [
    "deleted media that are gone before anybody notices",
    { media: { keepDeletedDays: 13 } },
    /^backups\.media\.keepDeletedDays: keeps 13 days, and a loss may go unnoticed for 14d \(backups\.objectives\.noticed\); keep at least 14 days/,
  ],
  [
    "dumps that are gone before anybody notices",
    { database: { keep: { hourly: 24, daily: 7, weekly: 1, monthly: 0 } } },
    /^backups\.database\.keep: keeps 7 days/,
  ],
  [
    "locks that end before anybody notices",
    { immutable: { lockDays: 7 } },
    /^backups\.immutable\.lockDays: keeps 7 days/,
  ],
  [
    "a host that keeps too little",
    { kansasCity: { keep: { hourly: 0, daily: 3, weekly: 0, monthly: 0 } } },
    /^backups\.kansasCity\.keep: keeps 3 days/,
  ],
  [
    "keys that come back after what they open",
    objectives({ secrets: { rto: "8h" } }),
    /^backups\.objectives\.secrets\.rto: 8h must be shorter than the database's 8h/,
  ],
  [
    "more than the platform may have saved",
    objectives({ pointInTime: { rpo: "1m" } }),
    /^backups\.objectives\.pointInTime\.rpo: 1m promises more than the platform/,
  ],
  [
    "an objective for a copy that there is not",
    objectives({ kansasCity: { rpo: "24h" } }),
    /^backups\.objectives\.kansasCity: is an objective for a copy that there is not; add backups\.kansasCity/,
  ],
];

describe("objectives that cannot be kept", () => {
  test.each(refused)("are refused: %s", (_, raw, line) => {
    const [only = "", ...others] = problems(raw);
    expect(only).toMatch(line);
    expect(others).toEqual([]);
  });

  it("are refused: a lost primary without a standby, sooner than it can be made anew", () => {
    const raw = objectives({ nodeLoss: { rto: "1h" } });
    expect(problems(raw)).toEqual([]);
    expect(problems(raw, 1)).toEqual([
      expect.stringMatching(
        /^backups\.objectives\.nodeLoss\.rto: 1h needs a standby: .*takes 2h; set database\.postgresql\.nodes to 2/,
      ),
    ]);
    expect(problems(objectives({ nodeLoss: { rto: "2h" } }), 1)).toEqual([]);
  });

  it("are reported with all other mistakes", () => {
    const mistakes = mistakesIn(changedProd({ backups: { enabled: true, objectives: { database: { rpo: "1h" } } } }));
    expect(mistakes).toContainEqual(
      expect.stringContaining(`mastodon:backups.objectives.database.rpo: "1h" cannot be met`),
    );
  });
});

describe("alarms", () => {
  const raw = { kansasCity: { drill: { enabled: true } } };
  const watched = watchedBackups(backups(raw), true);
  const named = (task: string) => watched.find((one) => one.task === task);

  it("come for every task", () => {
    expect(watched.map(({ task }) => task).toSorted()).toEqual(
      [
        "dump",
        "media",
        "valkey",
        "escrow",
        "cluster",
        "state",
        "offsite",
        "kansas-city",
        "drill-backups",
        "drill-offsite",
        "drill-kansas-city",
      ].toSorted(),
    );
  });

  it("come with the objective, and tell of a late run before", () => {
    for (const planned of plannedObjectives(backups(raw))) {
      const { oldest, late, urgent } = named(planned.task.task) ?? { oldest: 0, late: 0, urgent: false };
      expect(oldest).toBe(planned.of === "secrets" ? undefined : planned.rpo);
      expect(late).toBeLessThanOrEqual(planned.rpo);
      expect(late).toBeGreaterThanOrEqual(Math.min(planned.task.gap + planned.task.run, planned.rpo));
      expect(urgent).toBe(["database", "media", "offsite", "kansasCity"].includes(planned.of));
    }
  });

  it("follow the settings", () => {
    const [dump] = watchedBackups(backups(objectives({ database: { rpo: "2h" }, runs: { dump: "20m" } })), false);
    expect(dump).toMatchObject({ task: "dump", oldest: 2 * hour, late: hour + 30 * minute, duration: 20 * minute });
  });

  it("come for a drill as soon as it should have ended", () => {
    expect(named("drill-backups")).toMatchObject({ drill: true, oldest: 7 * day + 12 * hour + 10 * minute });
    expect(named("drill-backups")?.duration).toBe(8 * hour);
  });

  it("do not come for a host that cannot reach the Pushgateway, nor for backups that are off", () => {
    expect(watchedBackups(backups(raw), false).filter(({ task }) => task.includes("kansas-city"))).toEqual([]);
    expect(watchedBackups(backups({ enabled: false }), true)).toEqual([]);
  });
});

describe("the page", () => {
  it("says what follows from the settings", () => {
    expect(page(objectives({ database: { rpo: "5h" } }))).toContain(
      "| database | `17 * * * *` | 1h 30m | 5h | page after 5h | 8h |",
    );
    expect(page({}, false)).toContain("DigitalOcean makes it anew from its backups | 5m | 2h |");
  });

  it("names Kansas City where it is, and its absence where not", () => {
    const line =
      "| everything, in Kansas City | a host of one's own, which pulls | `31 */6 * * *` | 16h | 24h | page after 24h |";
    expect(page({ kansasCity: {} })).toContain(line);
    expect(page({})).toContain("This stack has no copy in Kansas City");
  });

  it("has lines as long as people read them", () => {
    for (const line of page({})
      .split("\n")
      .filter((text) => !text.startsWith("|")))
      expect(line.length).toBeLessThan(200);
  });
});
