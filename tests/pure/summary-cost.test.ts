import { describe, expect, it } from "vitest";
import { costLine } from "../../local/summary/cost-line.ts";

const cost = (atRest: number, atPeak: number) => ({
  plans: {
    cost: { currency: "USD" as const, asOf: "2026-09-30", monthly: { atRest, atPeak }, parts: [], forecast: [] },
  },
});

describe("the summary's line about cost", () => {
  it("says what the stack would cost at rest and at peak", () => {
    expect(costLine(cost(634.35, 682.35))).toEqual([
      "this would cost about 634 USD at rest and 682 USD at peak a month in the real clouds, without taxes (prices as of 2026-09-30)",
    ]);
  });

  it("names one amount where peak costs no more", () => {
    expect(costLine(cost(100, 100)).join()).toContain("about 100 USD a month");
  });

  it("is left out where the outputs say nothing", () => {
    expect(costLine({})).toEqual([]);
    expect(costLine({ plans: {} })).toEqual([]);
  });
});
