// What the stack's state tells of the version that runs, whatever an interrupted upgrade has left.
import { describe, expect, test } from "vitest";
import type { Existing } from "../../policies/destruction.ts";
import { versionBefore } from "../../src/upgrade.ts";

const deployment = (name: string, ...images: string[]): Existing => ({
  urn: `urn:${name}`,
  type: "kubernetes:apps/v1:Deployment",
  name: `mastodon-${name}`,
  outputs: { spec: { template: { spec: { containers: images.map((image) => ({ image })) } } } },
});
const rails = (version: string) => `registry.example/mastodon:v${version}`;
const after = (version: string, status?: object): Existing => ({
  urn: "urn:after",
  type: "kubernetes:batch/v1:Job",
  name: "mastodon-migrate-after",
  outputs: { metadata: { labels: { "app.kubernetes.io/version": version } }, status },
});

describe("the version before this run", () => {
  test("is unknown where nothing of Mastodon was ever started", () => {
    expect(versionBefore({}, [])).toBeUndefined();
    expect(versionBefore({}, [deployment("edge", "nginx:1.30")])).toBeUndefined();
  });

  test("is what runs and what was migrated to the end", () => {
    const state = [
      deployment("web", rails("4.6.8"), "exporter:v1"),
      deployment("sidekiq-pull", rails("4.6.8")),
      after("4.6.8"),
    ];
    expect(versionBefore({}, state)).toEqual({ running: "4.6.8", migrated: "4.6.8", unfinished: false });
  });

  test.each([
    [{ startTime: "2026-11-23T12:00:00Z", failed: 2 }, true],
    [{ startTime: "2026-11-23T12:00:00Z", active: 1 }, true],
    [{ startTime: "2026-11-23T12:00:00Z", failed: 1, succeeded: 1 }, false],
    [{}, false],
    [undefined, false],
  ])("has last migrations of status %o, so that they are unfinished: %s", (status, unfinished) => {
    const state = [deployment("web", rails("4.7.2")), after("4.7.2", status)];
    expect(versionBefore({}, state)).toEqual({ running: "4.7.2", migrated: "4.7.2", unfinished });
  });

  test("is the oldest that runs, after a roll that stopped half-way; the last migrations are those of before", () => {
    const state = [deployment("web", rails("4.7.2")), deployment("sidekiq-pull", rails("4.6.10")), after("4.6.10")];
    expect(versionBefore({}, state)).toEqual({ running: "4.6.10", migrated: "4.6.10", unfinished: false });
  });

  test("is the newest migrated one of a stack that has no last migrations of their own yet", () => {
    const state = [deployment("web", rails("4.7.2")), deployment("sidekiq-pull", rails("4.6.8"))];
    expect(versionBefore({}, state)).toEqual({ running: "4.6.8", migrated: "4.7.2" });
  });

  test("is the outputs' where the state has none", () => {
    expect(versionBefore({ mastodon: { version: "4.6.8" } }, [])).toEqual({ running: "4.6.8", migrated: "4.6.8" });
  });

  test("is not taken from tags that are no releases", () => {
    expect(versionBefore({}, [deployment("web", "registry.example/mastodon:vnext")])).toBeUndefined();
  });
});
