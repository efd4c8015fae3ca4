// Every alert has its page, every page its alert, and the index lists them.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { runbookIndex, runbookPages } from "../../components/metrics/runbook-index.ts";
import { runbookName } from "../../components/metrics/rules/rule.ts";
import { alertsOf, ruleGroups } from "../../components/metrics/rules/rules.ts";
import { metricsSettingsSchema } from "../../components/metrics/settings.ts";
import { watchedSamples } from "../support/watched-backups.ts";
import { projectRoot } from "../stacks.ts";

const folder = resolve(projectRoot, "docs/runbooks");
const read = (file: string) => readFileSync(resolve(folder, file), "utf8");
const pages = readdirSync(folder).filter((file) => file !== "README.md");

const alerts = alertsOf(
  ruleGroups({
    objective: 0.999,
    workloads: [{ name: "web", replicas: 2 }],
    queues: [{ queue: "default", ticket: 30, page: 120 }],
    backups: watchedSamples,
    runbook: (page) => `docs/runbooks/${page}.md`,
  }),
);

test("each alert has its page, and no page is left over", () => {
  expect(pages.toSorted()).toEqual(
    runbookPages()
      .map((page) => `${page}.md`)
      .toSorted(),
  );
});

test("the index is what the rules say", () => {
  expect(read("README.md")).toBe(runbookIndex());
});

describe.each(pages)("%s", (page) => {
  test("bears the alert's name and says what it means, where to look and what to do", () => {
    const [title = ""] = read(page).split("\n");
    expect(`${runbookName(title.slice(2))}.md`).toBe(page);
    const [meaning = "", look = "", act = ""] = read(page).split(/\n## (?:Look|Do)\n/);
    for (const part of [meaning, look, act]) expect(part.trim().length).toBeGreaterThan(60);
  });

  test("links to files that exist", () => {
    for (const [, target = ""] of read(page).matchAll(/\]\(([^)#]+\.md)\)/g)) expect(() => read(target)).not.toThrow();
  });

  test("names settings that exist", () => {
    for (const [, key = ""] of read(page).matchAll(/`mastodon:metrics\.(\w+)/g))
      expect(Object.keys(metricsSettingsSchema.shape)).toContain(key);
  });
});

test.each(alerts)("$alert says how urgent it is, what happened, what it means and where its page is", (alert) => {
  const { severity } = alert.labels;
  const { summary, description, runbook_url: link } = alert.annotations;
  expect(["page", "ticket", "none"]).toContain(severity);
  expect(summary.length).toBeGreaterThan(10);
  expect(description.length).toBeGreaterThan(30);
  expect(() => readFileSync(resolve(projectRoot, link), "utf8")).not.toThrow();
});
