import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // The engine and cluster layers start real processes; two cores carry few of them at a time.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
