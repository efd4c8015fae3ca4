import { defineConfig } from "vitest/config";

/** A guard against tests that hang, not a measure of speed: a busy or cold machine may take long. */
const patience = 300_000;

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // The engine and cluster layers start real processes; two cores carry few of them at a time.
    maxWorkers: 2,
    testTimeout: patience,
    hookTimeout: patience,
    // Real processes on a shared machine: a test that needs its second try is named in the report, one that needs a third has failed.
    retry: 1,
    // Most tests ask what the account and the engine do; those of real servers behind the objects say that they want them.
    env: { MASTODON_LOCAL_STORES: process.env["MASTODON_LOCAL_STORES"] ?? "emulated" },
  },
});
