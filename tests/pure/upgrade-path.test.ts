// Which version of Mastodon may follow which, as a pure function of what runs and what is wanted.
import { describe, expect, test } from "vitest";
import { versionPathProblems } from "../../components/mastodon/upgrade/path.ts";
import { compareReleases, parseRelease } from "../../components/mastodon/upgrade/release.ts";
import { knownMinors, oldestPostgresql } from "../../components/mastodon/upgrade/releases.ts";
import { upgradeWarnings } from "../../components/mastodon/upgrade/warnings.ts";
import { mastodonVersion, postgresqlImages } from "../../components/mastodon/versions.ts";

const problems = (
  running: string,
  version: string,
  more: { migrated?: string; unfinished?: boolean; downgradeTo?: string } = {},
) =>
  versionPathProblems(
    { version, upgrades: { downgradeTo: more.downgradeTo } },
    { running, migrated: more.migrated ?? running, unfinished: more.unfinished ?? false },
  );

const warnings = (version: string, precondition: "dump" | "none" = "dump") =>
  upgradeWarnings({ version, upgrades: { precondition } }).join("\n");

const withWorkers = (running: string, workers: string[]) =>
  upgradeWarnings({ version: "4.7.2", upgrades: { precondition: "dump" } }, workers, { running, migrated: running });

const back = (version: string) =>
  upgradeWarnings({ version, upgrades: { precondition: "dump", downgradeTo: version } }, [], {
    running: "4.7.3",
    migrated: "4.7.3",
  });

describe("allowed", () => {
  test.each([
    ["4.6.8", "4.6.8"],
    ["4.6.7", "4.6.8"],
    ["4.6.8", "4.7.2"],
    ["4.5.3", "4.6.8"],
    ["4.6.8", "4.7.0-rc.1"],
    ["4.7.0-rc.1", "4.7.0"],
    ["4.7.0-rc.9", "4.7.0-rc.10"],
  ])("%s to %s", (running, version) => {
    expect(problems(running, version)).toEqual([]);
  });

  test("a newer minor than any that is known, and the first of a new major", () => {
    expect(problems("4.7.2", "4.8.0")).toEqual([]);
    expect(problems("4.9.0", "4.10.1")).toEqual([]);
    expect(problems("4.7.2", "5.0.0")).toEqual([]);
    expect(problems("4.9.2", "5.0.0")).toEqual([]);
  });

  test("any version on a new stack", () => {
    for (const version of ["3.5.0", "4.7.2", "9.9.9"])
      expect(versionPathProblems({ version, upgrades: {} }, undefined)).toEqual([]);
  });

  test("back to where the last finished upgrade was, while the last migrations of the new version have not begun", () => {
    expect(problems("4.6.8", "4.6.8", { migrated: "4.6.8" })).toEqual([]);
    expect(problems("4.7.2", "4.6.8", { migrated: "4.6.8" })).toEqual([]);
  });

  test("back to any version, once it is stated that the database is fit for it", () => {
    expect(problems("4.7.2", "4.6.8", { downgradeTo: "4.6.8" })).toEqual([]);
  });
});

describe("refused", () => {
  test("a skipped minor, with the release to go to first", () => {
    expect(problems("4.5.15", "4.7.2")).toEqual([
      {
        path: "mastodon.version",
        value: "4.7.2",
        message:
          "cannot follow 4.5.15: each minor version must have run once, and 4.6 would be left out. " +
          "Set it to 4.6.8 or a newer 4.6 first, run pulumi up, and then 4.7.2",
      },
    ]);
  });

  test("several skipped minors, also unknown ones, and what is too old to migrate at all", () => {
    expect(problems("4.6.8", "4.9.0")[0]?.message).toContain(
      "4.7, 4.8 would be left out. Set it to 4.7.2 or a newer 4.7",
    );
    expect(problems("4.7.2", "4.9.0")[0]?.message).toContain("Set it to 4.8.0 or a newer 4.8 first");
    expect(problems("4.6.8", "5.0.0")[0]?.message).toContain("4.7 would be left out");
    expect(problems("4.7.2", "5.1.0")[0]?.message).toContain("5.0 would be left out");
    expect(problems("4.2.9", "4.7.2")[0]?.message).toContain("4.7 migrates nothing older than 4.3.");
    expect(problems("4.5.9", "4.7.2")[0]?.message).not.toContain("migrates nothing older");
  });

  test("a downgrade, with the way back", () => {
    const [problem] = problems("4.7.2", "4.6.8");
    expect(problem).toMatchObject({ path: "mastodon.version", value: "4.6.8" });
    expect(problem?.message).toContain("is older than 4.7.2, whose last migrations this database has had");
    expect(problem?.message).toContain("restore the dump of before 4.7.2");
    expect(problem?.message).toContain("mastodon.upgrades.downgradeTo: 4.6.8");
    expect(problems("4.6.8", "4.6.7")).toHaveLength(1);
    expect(problems("4.7.0", "4.7.0-rc.1")).toHaveLength(1);
  });

  test("a permission to go back that belongs to another version, also on a new stack", () => {
    expect(problems("4.6.8", "4.7.2", { downgradeTo: "4.6.8" })[0]?.path).toBe("mastodon.upgrades.downgradeTo");
    expect(versionPathProblems({ version: "4.7.2", upgrades: { downgradeTo: "4.6.8" } }, undefined)).toHaveLength(1);
  });

  test("the next minor while the last migrations of this one were not begun, or did not end", () => {
    expect(problems("4.7.2", "4.8.0", { migrated: "4.6.8" })).toEqual([
      {
        path: "mastodon.version",
        value: "4.8.0",
        message:
          "cannot follow 4.7.2 yet: the migrations after the roll to 4.7.2 were not done (those of 4.6.8 were the last ones). " +
          "Set it to 4.7.2, run pulumi up again, which does them, and then 4.8.0",
      },
    ]);
    expect(problems("4.7.2", "4.8.0", { unfinished: true })[0]?.message).toContain("they were begun and did not end");
    expect(problems("4.7.2", "5.0.0", { unfinished: true })).toHaveLength(1);
  });

  test("not the version itself or a patch of it, which do those migrations", () => {
    for (const more of [{ migrated: "4.6.8" }, { unfinished: true }])
      for (const version of ["4.7.2", "4.7.3"]) expect(problems("4.7.2", version, more)).toEqual([]);
    expect(problems("4.7.3", "4.8.0", { migrated: "4.7.2" })).toEqual([]);
  });

  test("a minor that a half-finished upgrade has not rolled out everywhere", () => {
    expect(problems("4.5.18", "4.7.2", { migrated: "4.5.18" })).toHaveLength(1);
  });
});

describe("warned of", () => {
  test.each([
    ["4.6.5", "take 4.6.8 or newer"],
    ["4.7.1", "take 4.7.2 or newer"],
    ["4.3.4", "gets no more security mends"],
    ["3.5.0", "gets no more security mends"],
  ])("%s", (version, words) => {
    expect(warnings(version)).toContain(words);
    expect(warnings(version)).toContain(`mastodon:mastodon.version: "${version}"`);
  });

  test.each(["4.5.18", "4.6.8", "4.7.2", "4.8.0", "5.0.0", mastodonVersion])("not %s", (version) => {
    expect(warnings(version)).toBe("");
  });

  test("workers outside the cluster, at a change of the version only", () => {
    expect(withWorkers("4.6.8", ["queue-1", "burst"]).join("\n")).toContain(
      'mastodon:mastodon.version: "4.7.2" leaves the workers outside the cluster (queue-1, burst) on 4.6.8',
    );
    expect(withWorkers("4.7.2", ["queue-1"])).toEqual([]);
    expect(withWorkers("4.6.8", [])).toEqual([]);
  });

  test("a way back past a minor, not one within it", () => {
    expect(back("4.6.8").join("\n")).toContain(
      'mastodon:mastodon.upgrades.downgradeTo: "4.6.8" goes back past a minor: 4.7.3',
    );
    expect(back("4.7.2")).toEqual([]);
  });

  test("an upgrade without a dump", () => {
    expect(warnings("4.6.8", "none")).toContain(
      'mastodon:mastodon.upgrades.precondition: "none" migrates without a dump',
    );
  });
});

test("releases sort by their numbers, and candidates before their release", () => {
  const sorted = ["4.7.0-rc.2", "4.6.10", "4.7.0", "4.6.9", "4.7.0-rc.10", "10.0.0"].toSorted((one, other) =>
    compareReleases(parseRelease(one)!, parseRelease(other)!),
  );
  expect(sorted).toEqual(["4.6.9", "4.6.10", "4.7.0-rc.2", "4.7.0-rc.10", "4.7.0", "10.0.0"]);
  expect(parseRelease("nightly")).toBeUndefined();
});

test("the known minors have no gap, each with a release of its own to pass through", () => {
  for (const [index, { major, minor, through, safe = 0 }] of knownMinors.entries()) {
    expect(minor).toBe((knownMinors[0]?.minor ?? 0) + index);
    expect(parseRelease(through)).toMatchObject({ major, minor });
    expect(parseRelease(through)?.patch).toBeGreaterThanOrEqual(safe);
  }
});

test("every PostgreSQL that the settings allow can be migrated and dumped", () => {
  for (const [major, image] of Object.entries(postgresqlImages)) {
    expect(Number(major)).toBeGreaterThanOrEqual(oldestPostgresql);
    expect(image).toMatch(new RegExp(`^postgres:${major}\\.\\d+-alpine$`));
  }
});
