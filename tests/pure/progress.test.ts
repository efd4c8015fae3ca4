import { expect, it } from "vitest";
import { Progress } from "../../local/engine/progress.ts";

it("prints and counts an error once that the engine tells twice, and each different one", () => {
  const lines: string[] = [];
  const progress = new Progress((line) => lines.push(line));
  for (const message of ["refused\n", "refused\n", "other\n"]) {
    progress.observe({ diagnosticEvent: { severity: "error", message } });
  }
  progress.close();
  expect(lines).toHaveLength(2);
  expect(progress.errors).toBe(2);
});
