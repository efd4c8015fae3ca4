// Which backups may go: the newest of each hour, day, week and month stay, and a wrong clock never costs one.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { array, assert, date, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { scriptsFolder } from "../support/backup/bench.ts";

interface Keep {
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly minimum?: number;
}

const now = "20261123T155000Z"; // a Monday
const stampOf = (date: Date) => date.toISOString().replaceAll(/[-:]|\.\d+/g, "");

/** What goes, oldest first. */
function thin(stamps: readonly string[], { hourly = 0, daily = 0, weekly = 0, monthly = 0, minimum = 1 }: Keep) {
  const counts = [hourly, daily, weekly, monthly, minimum].map(String);
  const output = execFileSync("/bin/sh", [join(scriptsFolder, "thin"), now, ...counts], { input: stamps.join("\n") });
  return output
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();
}

const kept = (stamps: readonly string[], keep: Keep) => {
  const gone = new Set(thin(stamps, keep));
  return stamps.filter((stamp) => !gone.has(stamp)).toSorted();
};

describe("thinning", () => {
  it("keeps the newest of each of the last hours that have one", () => {
    const stamps = ["20261123T154000Z", "20261123T151000Z", "20261123T145900Z", "20261123T101700Z", "20261123T091700Z"];
    expect(kept(stamps, { hourly: 3 })).toEqual(["20261123T101700Z", "20261123T145900Z", "20261123T154000Z"]);
  });

  it("keeps the newest of each day", () => {
    const stamps = ["20261123T010000Z", "20261122T230000Z", "20261122T220000Z", "20261101T000000Z", "20261031T000000Z"];
    expect(kept(stamps, { daily: 3 })).toEqual(["20261101T000000Z", "20261122T230000Z", "20261123T010000Z"]);
  });

  it("begins weeks on Monday, over the end of a year and of a leap February", () => {
    const days = ["20261123", "20261122", "20261116", "20261115", "20250106", "20250105", "20241230", "20241229"];
    const stamps = [...days, "20240304", "20240303", "20240226", "20240225"].map((day) => `${day}T000000Z`);
    expect(kept(stamps, { weekly: 99 })).toEqual(
      ["20240225", "20240303", "20240304", "20241229", "20250105", "20250106", "20261115", "20261122", "20261123"].map(
        (day) => `${day}T000000Z`,
      ),
    );
  });

  it("keeps the newest of each month", () => {
    const stamps = ["20261123T000000Z", "20261031T000000Z", "20261001T000000Z", "20251130T000000Z", "20250930T000000Z"];
    expect(kept(stamps, { monthly: 3 })).toEqual(["20251130T000000Z", "20261031T000000Z", "20261123T000000Z"]);
  });

  it("lets one backup count for several rules", () => {
    expect(kept(["20261123T150000Z", "20261123T140000Z"], { hourly: 1, daily: 1, weekly: 1, monthly: 1 })).toEqual([
      "20261123T150000Z",
    ]);
  });

  it("removes nothing more when backups stop coming", () => {
    const old = ["20200101T000000Z", "20200102T000000Z"];
    expect(thin(old, { daily: 2 })).toEqual([]);
  });

  it("keeps as many as it is told at least", () => {
    const stamps = ["20261123T150000Z", "20261123T140000Z", "20261123T130000Z", "20261123T120000Z"];
    expect(thin(stamps, { hourly: 1, minimum: 3 })).toEqual(["20261123T120000Z"]);
  });

  it("leaves what is no stamp alone", () => {
    expect(thin(["lost+found", "20261123", "20261123T150000Z", "20261123T140000Z"], { hourly: 1 })).toEqual([
      "20261123T140000Z",
    ]);
  });
});

describe("thinning of any backups", () => {
  const past = date({ min: new Date("2023-01-01"), max: new Date("2026-11-23T15:50:00Z"), noInvalidDate: true }).map(
    stampOf,
  );
  const future = date({ min: new Date("2026-11-23T15:50:01Z"), max: new Date("2031-01-01"), noInvalidDate: true }).map(
    stampOf,
  );
  const number = integer({ min: 0, max: 5 });
  const keep = record({ hourly: number, daily: number, weekly: number, monthly: number, minimum: number });
  const few = { numRuns: 60 };

  it("never removes the newest one, however little is to be kept", () => {
    assert(
      property(array(past, { minLength: 1 }), keep, (stamps, rules) => {
        expect(thin(stamps, rules)).not.toContain(stamps.toSorted().at(-1));
      }),
      few,
    );
  });

  it("is the same with and without stamps of the future, which stay", () => {
    assert(
      property(array(past), array(future), keep, (stamps, wrong, rules) => {
        expect(thin([...wrong, ...stamps], rules)).toEqual(thin(stamps, rules));
      }),
      few,
    );
  });

  it("finds nothing more to remove the second time", () => {
    assert(
      property(array(past), keep, (stamps, rules) => {
        expect(thin(kept(stamps, rules), rules)).toEqual([]);
      }),
      few,
    );
  });
});
