// What the scripts of backups push is what the alerts ask for.
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { backupGroup } from "../../components/metrics/rules/backups.ts";
import { exportedBy } from "../../components/metrics/names.ts";
import { metricsIn } from "../support/promql.ts";
import { projectRoot } from "../stacks.ts";
import { watchedSamples } from "../support/watched-backups.ts";

const library = resolve(projectRoot, "images/backup/scripts/lib.sh");

/** The file that `success` pushes. */
function pushed(): string {
  const script = `. "${library}"; scratch=$(mktemp -d); success dump data=1 size=2; cat "$scratch/metrics"`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

const asked = (queries: readonly string[]) =>
  queries
    .flatMap(metricsIn)
    .filter(({ jobs }) => jobs.includes("backup"))
    .map(({ metric }) => metric);

test("every name that an alert asks for is pushed, and the list of names has no other", () => {
  const names = [...pushed().matchAll(/^(mastodon_backup_\w+) \d+$/gm)].map(([, name = ""]) => name);
  expect(new Set(names)).toEqual(new Set(asked(backupGroup(watchedSamples).rules.map(({ expr }) => expr))));
  expect(new Set(["up", ...names])).toEqual(exportedBy("backup"));
});

test("each name says its type once, in lines that end in a line feed", () => {
  const lines = pushed().split("\n");
  expect(lines.at(-1)).toBe("");
  for (const name of exportedBy("backup"))
    if (name !== "up") expect(lines.filter((line) => line === `# TYPE ${name} gauge`)).toHaveLength(1);
});
