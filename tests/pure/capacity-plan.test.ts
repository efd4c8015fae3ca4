// The capacity plan of whole settings: what fits, and what is refused with its arithmetic.
import { describe, expect, it } from "vitest";
import { capacityFigures, capacityFiguresSchema } from "../../src/plans/capacity/figures.ts";
import { capacityTable } from "../../src/plans/capacity/table.ts";
import {
  assertDropletLimit,
  assertPeakFitsPools,
  assertPodsFitNodes,
  assertSystemPoolFits,
} from "../../src/rules/capacity.ts";
import { type Settings, settingsSchema } from "../../src/settings-schema.ts";
import { fixedStack, stackFile, stackNames, withSecrets } from "../stacks.ts";

const subjects = settingsSchema.pick({
  account: true,
  kubernetes: true,
  mastodon: true,
  dayTwo: true,
  database: true,
  tailnet: true,
  workers: true,
  cdn: true,
  certificates: true,
  metrics: true,
  backups: true,
  autoscaling: true,
  secrets: true,
});
type Planned = Pick<Settings, keyof typeof subjects.shape>;

const planned = (raw: Readonly<Record<string, unknown>>): Planned =>
  subjects.parse(Object.fromEntries(Object.entries(withSecrets({ ...raw })).filter(([key]) => key in subjects.shape)));
const prod = planned(fixedStack());
const withPools = (pools: Readonly<Record<string, unknown>>, rest = {}) =>
  planned({ ...fixedStack(), kubernetes: { pools, ...rest } });
const withSidekiqMax = (max: number) => withPools({ web: { min: 2, max: 6 }, sidekiq: { min: 1, max } });
const withLimit = (dropletLimit: number, extra = {}) =>
  planned({ ...fixedStack(), account: { dropletLimit }, ...extra });
const rules = (settings: Planned) => [
  ...assertPodsFitNodes(settings),
  ...assertPeakFitsPools(settings),
  ...assertSystemPoolFits(settings),
  ...assertDropletLimit(settings),
];
const figuresOf = (settings: Planned, pool: string) => capacityFigures(settings).pools.find((one) => one.pool === pool);

describe("the capacity plan", () => {
  it.each(stackNames)("of %s holds, and its figures are as the outputs promise", (stack) => {
    const settings = planned(stackFile(stack));
    expect(rules(settings)).toEqual([]);
    expect(() => capacityFiguresSchema.parse(capacityFigures(settings))).not.toThrow();
  });

  it("of the production stack counts every pod, a roll of each Deployment and the migration", () => {
    const { mastodon } = prod;
    const groups = Object.values(mastodon.sidekiq.groups);
    const atRest = groups.reduce((sum, { replicas }) => sum + replicas, 0);
    // Every group but the scheduler's rolls with one pod more, and the migration is one.
    expect(figuresOf(prod, "sidekiq")).toMatchObject({
      atRest: { pods: atRest },
      atPeak: { pods: atRest + groups.length - 1 + 1 },
    });
  });

  it("rests at no less than the pools' min", () => {
    const settings = withPools({ web: { min: 4, max: 6 }, sidekiq: { min: 3, max: 6 } });
    expect([figuresOf(settings, "web")?.atRest.nodes, figuresOf(settings, "sidekiq")?.atRest.nodes]).toEqual([4, 3]);
  });

  it("reckons with maxReplicas where it is given", () => {
    const settings = planned({ ...fixedStack(), mastodon: { web: { replicas: 3, maxReplicas: 12 } } });
    expect(figuresOf(settings, "web")?.atRest).toEqual(figuresOf(prod, "web")?.atRest);
    expect(figuresOf(settings, "web")?.atPeak.nodes).toBeGreaterThan(figuresOf(prod, "web")?.atPeak.nodes ?? 99);
  });

  it("counts the platform's pods twice when a pool is open to them", () => {
    const open = withPools({ web: { min: 2, max: 6, dedicated: false }, sidekiq: { min: 1, max: 6 } });
    expect(figuresOf(open, "web")?.atRest.pods).toBe((figuresOf(prod, "web")?.atRest.pods ?? 0) + 5);
  });

  it("puts Sidekiq into web where there is no other pool, and leaves further pools at their min", () => {
    const settings = withPools({ web: { min: 2, max: 8 }, extra: { min: 0, max: 2 } });
    const pods = (pool: string) => figuresOf(settings, pool)?.atPeak.pods;
    expect(pods("web")).toBe(
      (figuresOf(prod, "web")?.atPeak.pods ?? 0) + (figuresOf(prod, "sidekiq")?.atPeak.pods ?? 0),
    );
    expect(figuresOf(settings, "extra")).toMatchObject({
      atRest: { nodes: 0, pods: 0 },
      atPeak: { nodes: 0, pods: 0 },
    });
  });

  it("is a table with a line for each pool and the droplets' sum", () => {
    const text = capacityTable(prod);
    for (const pool of ["system", "web", "sidekiq"]) expect(text).toMatch(new RegExp(`│ ${pool} +│`));
    expect(text).toContain("2 system + 12 in pools at their max + 6 while an upgrade replaces nodes = 20 of the 25");
  });
});

describe("a pool", () => {
  it("is refused when its max is one below the peak, with the arithmetic", () => {
    const peak = figuresOf(prod, "sidekiq")?.atPeak.nodes ?? 0;
    expect(assertPeakFitsPools(withSidekiqMax(peak))).toEqual([]);
    const [problem] = assertPeakFitsPools(withSidekiqMax(peak - 1));
    expect(problem).toMatchObject({ path: "kubernetes.pools.sidekiq.max", value: peak - 1 });
    expect(problem?.message).toMatch(
      /at least 3: .* 12 pods \(3 sidekiq-default, .* 6500m CPU and 11008 MiB, and a s-4vcpu-8gb node offers them 3378m and 5450 MiB/,
    );
  });

  it("is refused when one pod is larger than a node", () => {
    const settings = withPools({ web: { size: "s-1vcpu-2gb", min: 2, max: 6 }, sidekiq: { min: 1, max: 6 } });
    const problems = assertPodsFitNodes(settings);
    expect(problems[0]).toMatchObject({ path: "kubernetes.pools.web.size", value: "s-1vcpu-2gb" });
    expect(problems[0]?.message).toMatch(/too small for a pod of web: it asks for 1000m CPU and 1536 MiB/);
    expect(assertPeakFitsPools(settings)).toEqual([]);
  });
});

describe("the system pool", () => {
  it.each([
    ["s-2vcpu-4gb", 2, 0],
    ["s-2vcpu-2gb", 1, 0],
    ["s-1vcpu-1gb", 2, 1],
    ["s-1vcpu-512mb-10gb", 1, 1],
  ])("of %s × %i has %i problems", (size, nodes, count) => {
    const problems = assertSystemPoolFits(withPools(prod.kubernetes.pools, { system: { size, nodes } }));
    expect(problems).toHaveLength(count);
    if (count > 0) expect(problems[0]?.message).toMatch(/300m CPU and 450 MiB/);
  });
});

describe("the account's droplets", () => {
  const worker = { size: "c-2", queues: ["push"] };

  it("suffice exactly, upgrade included", () => {
    expect(assertDropletLimit(withLimit(20))).toEqual([]);
    const [problem] = assertDropletLimit(withLimit(19));
    expect(problem).toMatchObject({ path: "account.dropletLimit", value: 19 });
    expect(problem?.message).toContain("2 system + 12 in pools at their max + 6 while an upgrade replaces nodes");
  });

  it("include workers of the main account, and not those of others", () => {
    expect(assertDropletLimit(withLimit(20, { workers: { one: worker } }))[0]?.message).toContain("+ 1 queue workers");
    expect(assertDropletLimit(withLimit(20, { workers: { one: { ...worker, account: "queues" } } }))).toEqual([]);
  });

  it("are refused when they are more than a cluster may have, whatever the account may", () => {
    const settings = { ...withPools({ web: { min: 2, max: 500 } }), account: { dropletLimit: 9000 } };
    expect(assertDropletLimit({ ...settings, account: { dropletLimit: 9000 } })).toEqual([]);
    const larger = { ...withPools({ web: { min: 2, max: 501 } }), account: { dropletLimit: 9000 } };
    expect(assertDropletLimit(larger)[0]?.path).toBe("kubernetes.pools");
  });
});
