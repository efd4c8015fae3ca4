// Alerts about backups: by age, whatever became of the job, of the Pushgateway or of a clock; judged by Prometheus' own tool.
import { describe, expect, test } from "vitest";
import { alertsOf, ruleFile, ruleGroups } from "../../components/metrics/rules/rules.ts";
import { firesExactly, promtool, type Series } from "../support/promtool.ts";
import { watchedDrill, watchedDump, watchedSamples, watchedState } from "../support/watched-backups.ts";

const groups = ruleGroups({
  objective: 0.999,
  workloads: [],
  queues: [],
  backups: watchedSamples,
  runbook: (name) => `https://docs.example/runbooks/${name}/`,
}).filter(({ name }) => name === "backups");
const rules = ruleFile(groups);

const minutes = 700;
const metric = (name: string, task: string) => `mastodon_backup_${name}{job="backup",task="${task}"}`;
const steady = (value: number) => `${value}x${minutes}`;
/** One value until a minute, another from then on. */
const turning = (before: number, minute: number, after: number) =>
  `${before}x${minute - 1} ${after}x${minutes - minute}`;
/** A value until a minute, then nothing. */
const ending = (value: number, minute: number) => `${value}x${minute - 1} _x${minutes - minute}`;
/** Success after success, every so many minutes: the timestamps of the runs until then. */
const every = (gap: number) =>
  Array.from({ length: Math.floor(minutes / gap) }, (_, run) => `${run * gap * 60}x${gap - 1}`).join(" ");

const pushed = (task: string, values: string): Series => ({
  [metric("last_success_timestamp_seconds", task)]: values,
  [metric("data_timestamp_seconds", task)]: values,
});

const size = metric("size_bytes", "dump");
const duration = (task: string) => metric("duration_seconds", task);

const healthy: Series = {
  ...pushed("dump", every(60)),
  ...pushed("drill-offsite", every(300)),
  ...pushed("state", every(200)),
  [size]: steady(1000),
  [metric("size_bytes", "state")]: steady(1000),
  [duration("dump")]: steady(60),
  [duration("drill-offsite")]: steady(600),
};

const page = (name: string, task = "dump") => `alertname="${name}", severity="page", task="${task}"`;
const ticket = (name: string, task = "dump") => `alertname="${name}", severity="ticket", task="${task}"`;

async function expectFiring(series: Series, minute: number, alerts: readonly string[]): Promise<void> {
  const answer = await firesExactly(rules, { series, minute, alerts, by: ["severity", "task"] });
  expect(answer.output).toContain("SUCCESS");
  expect(answer.ok).toBe(true);
}

test("every rule is valid", async () => {
  const answer = await promtool({ "rules.yml": rules }, "check", "rules", "--lint=all", "--lint-fatal", "rules.yml");
  expect(answer.output).toContain("SUCCESS");
  expect(answer.ok).toBe(true);
});

test.each([30, 179, 620])("nothing fires in minute %d while all is well", async (minute) => {
  await expectFiring(healthy, minute, []);
});

// A dump may be 180 minutes old and 100 minutes late, a drill 600 minutes old, the state's copy 240.
const cases: [string, Series, number, string[]][] = [
  ["BackupLate fires for a dump that failed", pushed("dump", steady(0)), 107, [ticket("BackupLate")]],
  ["BackupLate does not before it is late", pushed("dump", steady(0)), 99, []],
  [
    "BackupTooOld fires when dumps fail for longer than the objective",
    pushed("dump", steady(0)),
    181,
    [page("BackupTooOld"), ticket("BackupLate")],
  ],
  ["BackupTooOld does not within the objective", pushed("dump", steady(0)), 179, [ticket("BackupLate")]],
  [
    "BackupTooOld fires for a run that succeeds with old data",
    { [metric("data_timestamp_seconds", "dump")]: steady(0) },
    181,
    [page("BackupTooOld")],
  ],
  [
    "BackupTooOld fires as a ticket for what wakes nobody",
    pushed("state", steady(0)),
    250,
    [ticket("BackupTooOld", "state"), ticket("BackupLate", "state")],
  ],
  [
    "BackupTooOld fires although the Pushgateway lost what it had",
    pushed("dump", ending(0, 20)),
    181,
    [page("BackupTooOld"), ticket("BackupLate")],
  ],
  [
    "BackupTooOld does not because the Pushgateway lost what it had",
    pushed("dump", `0x59 3600x59 7200 _x900`),
    205,
    [],
  ],
  [
    "BackupTooOld fires for a success in the future, which is a wrong clock",
    pushed("dump", steady(4e9)),
    181,
    [page("BackupTooOld"), ticket("BackupLate")],
  ],
  ["BackupTooOld does not for a clock that is a minute ahead", pushed("dump", "60+60x1400"), 230, []],
  ["DrillTooOld fires", pushed("drill-offsite", steady(0)), 601, [page("DrillTooOld", "drill-offsite")]],
  ["DrillTooOld does not before the next drill is over", pushed("drill-offsite", steady(0)), 599, []],
  ["BackupShrunk fires below half", { [size]: turning(1000, 600, 490) }, 607, [page("BackupShrunk")]],
  ["BackupShrunk does not above half", { [size]: turning(1000, 600, 510) }, 607, []],
  [
    "BackupShrunk does not for what changes by its nature",
    { [metric("size_bytes", "state")]: turning(1000, 600, 10) },
    607,
    [],
  ],
  ["BackupSlow fires", { [duration("dump")]: steady(1801) }, 60, [ticket("BackupSlow")]],
  ["BackupSlow does not at its limit", { [duration("dump")]: steady(1800) }, 60, []],
  ["RestoreSlow fires", { [duration("drill-offsite")]: steady(28_801) }, 60, [ticket("RestoreSlow", "drill-offsite")]],
  ["RestoreSlow does not at its limit", { [duration("drill-offsite")]: steady(28_800) }, 60, []],
];

test.each(cases)("%s", async (_, series, minute, alerts) => {
  await expectFiring({ ...healthy, ...series }, minute, alerts);
});

test("a task that never said anything rings as one that stopped, from when it is watched", async () => {
  await expectFiring({}, 99, []);
  await expectFiring({}, 179, [ticket("BackupLate")]);
  await expectFiring({}, 181, [page("BackupTooOld"), ticket("BackupLate")]);
  const drill = page("DrillTooOld", "drill-offsite");
  const state = [ticket("BackupTooOld", "state"), ticket("BackupLate", "state")];
  await expectFiring({}, 610, [drill, page("BackupTooOld"), ticket("BackupLate"), ...state]);
});

describe("each alert", () => {
  test("has a case in which it fires and one in which it does not", () => {
    const titles = cases.map(([title]) => title).join("\n");
    for (const { alert } of alertsOf(groups))
      for (const verb of ["fires", "does not"]) expect(titles, `${alert} ${verb}`).toContain(`${alert} ${verb}`);
  });

  test("rings by the limits of the samples that the cases reckon with", () => {
    expect([watchedDump.oldest, watchedDump.late, watchedState.oldest, watchedDrill.oldest]).toEqual(
      [180, 100, 240, 600].map((limit) => limit * 60),
    );
  });
});

test("without backups there are no such rules", () => {
  const names = ruleGroups({ objective: 0.999, workloads: [], queues: [], backups: [], runbook: String });
  expect(names.map(({ name }) => name)).not.toContain("backups");
});
