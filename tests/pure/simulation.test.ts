// The queue simulation: what the reference shape holds, what does not catch up, and that chance comes from the seed alone.
import { describe, expect, it } from "vitest";
import { parseSettings } from "../../src/settings.ts";
import { assumptions, assumptionsFor } from "../../src/simulation/assumptions.ts";
import { simulationFigures, targets, verdicts } from "../../src/simulation/report.ts";
import { fixedStack, stackFile, withSecrets } from "../stacks.ts";

const prod = parseSettings(withSecrets(stackFile("prod")));
const fixed = parseSettings(withSecrets(fixedStack()));
const usual = { assumptions, seed: 1, outageHours: 2, outageAt: 16 };

describe("the reference shape", () => {
  it.each([
    [1, 16],
    [2, 6],
    [3, 22],
  ])(
    "holds a day of 3.49 million jobs and catches up after two hours within one (seed %i, from %i:00)",
    (seed, outageAt) => {
      const figures = simulationFigures(prod, { ...usual, seed, outageAt });
      expect(figures.longestOnDay).toBeLessThanOrEqual(targets.latencySeconds);
      expect(figures.catchUp).toBeGreaterThan(60);
      expect(figures.catchUp).toBeLessThanOrEqual(targets.catchUpSeconds);
      expect(verdicts(figures).every(({ holds }) => holds)).toBe(true);
    },
  );

  it("uses its room, never leaves its bounds, and has one scheduler", () => {
    const { groups, mostNodes } = simulationFigures(prod, usual);
    for (const { min, max, mostOnDay, mostAfterOutage } of groups) {
      expect(Math.min(mostOnDay, mostAfterOutage)).toBeGreaterThanOrEqual(min);
      expect(Math.max(mostOnDay, mostAfterOutage)).toBeLessThanOrEqual(max);
    }
    expect(groups.find(({ name }) => name === "sidekiq-scheduler")?.mostAfterOutage).toBe(1);
    expect(groups.find(({ name }) => name === "sidekiq-federation")?.mostAfterOutage).toBe(6);
    expect(mostNodes.afterOutage).toBeGreaterThan(1);
  });

  it("does not hold without autoscaling, and says what would help", () => {
    const figures = simulationFigures(fixed, usual);
    expect(figures.catchUp).toBeGreaterThan(targets.catchUpSeconds);
    expect(
      verdicts(figures)
        .map(({ text }) => text)
        .join("\n"),
    ).toContain("raise maxReplicas (replicas, without autoscaling) or threads");
  });
});

describe("ten threads, as wandering.shop had them", () => {
  const mastodon = {
    sidekiq: {
      groups: {
        all: {
          queues: ["default,8", "push,6", "ingress,4", "mailers,2", "pull,1", "scheduler,1", "fasp,1"],
          threads: 10,
        },
      },
    },
  };
  const settings = parseSettings(withSecrets({ ...fixedStack(), mastodon }));
  const seconds = [...assumptions.queues.values()].reduce((sum, { share, seconds: each }) => sum + share * each, 0);
  /** As many jobs as leave a tenth of the threads over, the same at each hour (facts E1). */
  const jobsPerDay = ((10 / seconds) * 86_400) / 1.1;
  const flat = { ...assumptions, jobsPerDay, dayCurve: Array.from({ length: 24 }, () => 1) };

  it("take about twenty hours for two hours of outage", () => {
    const { catchUp = 0 } = simulationFigures(settings, { ...usual, assumptions: flat });
    expect(catchUp / 3600).toBeGreaterThan(10);
    expect(catchUp / 3600).toBeLessThan(40);
  });

  it("never catch up with as many jobs as they can do", () => {
    const { catchUp } = simulationFigures(settings, {
      ...usual,
      assumptions: { ...flat, jobsPerDay: jobsPerDay * 1.2 },
    });
    expect(catchUp).toBeUndefined();
  });
});

describe("chance", () => {
  it("comes from the seed alone", () => {
    const [one, same, other] = [1, 1, 2].map((seed) => simulationFigures(prod, { ...usual, seed }));
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
  });

  it("has bursts in proportion to the day's jobs", () => {
    const half = assumptionsFor(assumptions.jobsPerDay / 2);
    expect(half.bursts.jobs).toBe(assumptions.bursts.jobs / 2);
    expect(assumptionsFor(assumptions.jobsPerDay)).toEqual(assumptions);
  });

  it("brings the jobs that were asked for: shares add up to one", () => {
    const shares = [...assumptions.queues.values()].reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeCloseTo(1, 6);
  });
});
