// Which version a cluster gets: up by one minor on purpose, never down, and patches left to the platform.
import { describe, expect, it } from "vitest";
import { isSettled, minorSchema, planVersion } from "../../components/kubernetes/versions.ts";

const offered = ["1.35.6-do.0", "1.36.3-do.0", "1.36.10-do.1", "1.37.0-do.0", "1.38.0-do.0"];
const running = (version: string, busy = false) => ({ version, busy });

describe("the version of a cluster", () => {
  it("is settled when the state shows the wanted minor, whatever its patch", () => {
    expect(isSettled("1.36", "1.36.3-do.0")).toBe(true);
    expect(isSettled("1.36", "1.36.11-do.4")).toBe(true);
    expect(isSettled("1.36", "1.35.6-do.0")).toBe(false);
    expect(isSettled("1.36", undefined)).toBe(false);
  });

  it("of a new cluster is the newest patch of the wanted minor", () => {
    expect(planVersion("1.36", undefined, offered)).toEqual({ kind: "set", version: "1.36.10-do.1" });
  });

  it("is raised to the next minor's newest patch", () => {
    expect(planVersion("1.37", running("1.36.3-do.0"), offered)).toEqual({ kind: "set", version: "1.37.0-do.0" });
  });

  it("is kept when the platform has raised it already, or is at it", () => {
    expect(planVersion("1.37", running("1.37.4-do.0"), offered)).toEqual({ kind: "keep", version: "1.37.4-do.0" });
    expect(planVersion("1.37", running("1.36.3-do.0", true), offered)).toEqual({
      kind: "keep",
      version: "1.36.3-do.0",
    });
  });

  it.each([
    ["goes down", "1.35", running("1.36.3-do.0"), /lower than the cluster's 1.36.3-do.0, and no cluster can go back/],
    ["skips a minor", "1.38", running("1.36.3-do.0"), /2 minors above .* next to "1.37"/],
    ["is not on offer", "1.40", undefined, /not on offer .* "1.35", "1.36", "1.37", "1.38"/],
  ])("that %s is refused", (_, wanted, cluster, message) => {
    const plan = planVersion(wanted, cluster, offered);
    expect(plan.kind === "refuse" && plan.message).toMatch(message);
  });
});

describe("the setting", () => {
  it.each([
    ["1.36", true, undefined],
    ["1.41", true, undefined],
    ["1.36.3", false, /without a patch/],
    ["1.34", false, /no longer supported/],
    [1.36, false, /quotation marks/],
  ])("%s is taken: %s", (value, taken, message) => {
    const result = minorSchema.safeParse(value);
    expect(result.success).toBe(taken);
    if (message) expect(result.error?.issues[0]?.message).toMatch(message);
  });
});
