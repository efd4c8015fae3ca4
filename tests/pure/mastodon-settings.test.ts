// Mastodon's settings: all mistakes at once, each with its path.
import { describe, expect, test } from "vitest";
import { mastodonSettingsSchema } from "../../components/mastodon/settings.ts";

function problems(given: unknown): string[] {
  const { error } = mastodonSettingsSchema.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("accepts nothing at all, because everything has a default", () => {
  expect(problems({})).toEqual([]);
});

test("reports mistakes of different subjects together", () => {
  const report = problems({
    version: "v4.6",
    web: { replicas: 1 },
    sidekiq: { groups: { one: { queues: ["scheduler"], replicas: 2 } } },
    environment: { DB_POOL: "25" },
  });
  expect(report).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^version: must be a Mastodon release/),
      expect.stringMatching(/^web\.replicas: /),
      expect.stringMatching(/^sidekiq\.groups\.one\.replicas: must be 1/),
      expect.stringMatching(/^sidekiq\.groups: no group serves the queue default/),
      expect.stringMatching(/^environment\.DB_POOL: one value cannot fit all processes/),
    ]),
  );
});

describe("further variables", () => {
  test.each([
    ["a name that Mastodon does not read", { STATSD_ADDR: "x" }, "is read by no process"],
    ["a secret", { DEEPL_API_KEY: "x" }, "holds a secret"],
    ["what the stack sets", { LOCAL_DOMAIN: "other.example" }, "is set by the stack"],
    ["a name that stops the boot", { REDIS_NAMESPACE: "x" }, "stops Mastodon 4.6 from booting"],
    ["an empty value", { AUTHORIZED_FETCH: "" }, "must not be empty"],
    ["a name of streaming alone", { LOG_LEVEL: "silly" }, "is read by neither web nor Sidekiq"],
  ])("refuses %s", (_, environment, message) => {
    expect(problems({ environment })).toEqual([expect.stringContaining(message)]);
  });

  test("accepts a name that Rails reads", () => {
    expect(problems({ environment: { AUTHORIZED_FETCH: "true" } })).toEqual([]);
  });

  test("never repeats the value of a secret", () => {
    expect(problems({ environment: { OIDC_CLIENT_SECRET: "hunter2" } }).join()).not.toContain("hunter2");
  });
});
