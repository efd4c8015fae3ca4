import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overBudget } from "../../src/plans/cost/budget.ts";
import { priceOf } from "../../src/plans/cost/estimate.ts";
import { costFigures, costFiguresSchema } from "../../src/plans/cost/figures.ts";
import { forecast } from "../../src/plans/cost/forecast.ts";
import { fixedPart, type Part } from "../../src/plans/cost/part.ts";
import { partsOf } from "../../src/plans/cost/parts.ts";
import { priceFor } from "../../src/plans/cost/prices.ts";
import { costTable } from "../../src/plans/cost/table.ts";
import { assertWithinBudget } from "../../src/rules/cost.ts";
import { parseSettings } from "../../src/settings.ts";
import type { Settings } from "../../src/settings-schema.ts";
import { fixedStack, stackFile, stackNames, withSecrets } from "../stacks.ts";

const read = (stack: "shop"): Settings => parseSettings(withSecrets(stackFile(stack)));
const prod = parseSettings(withSecrets(fixedStack()));

/** The worked base of facts gathered in September 2026: the reference shape before extra egress and storage, $409.80. */
const workedBase: readonly Part[] = [
  fixedPart("HA", "doks:ha-control-plane", 1),
  fixedPart("nodes", "droplet:s-4vcpu-8gb", 3),
  fixedPart("load balancer", "lb:regional", 1),
  fixedPart("PostgreSQL", "pg:db-s-2vcpu-4gb", 2),
  fixedPart("Valkey", "valkey:db-s-1vcpu-2gb", 2),
  fixedPart("OpenSearch", "opensearch:db-s-1vcpu-2gb", 1),
  fixedPart("Spaces", "spaces:subscription", 1),
  fixedPart("registry", "registry:basic", 1),
  fixedPart("uptime", "uptime:check", 3),
];

const changed = (change: (settings: Settings) => void): Settings => {
  const copy = structuredClone({ ...prod, secrets: undefined });
  const settings = { ...copy, secrets: prod.secrets };
  change(settings);
  return settings;
};

/** The worked base as far as settings have it: no registry, and a fifth check for the site's files. */
const asSettings = changed(({ kubernetes, database, mastodon, cost }) => {
  kubernetes.system = { size: "s-4vcpu-8gb", nodes: 1 };
  delete kubernetes.pools["sidekiq"];
  Object.assign(kubernetes.pools["web"] ?? {}, { size: "s-4vcpu-8gb", min: 2, max: 2 });
  Object.assign(mastodon, { loadBalancerNodes: 1 });
  Object.assign(database.postgresql, { size: "db-s-2vcpu-4gb", nodes: 2 });
  Object.assign(database.valkey.queue, { size: "db-s-1vcpu-2gb", nodes: 2 });
  database.valkey.cache.enabled = false;
  database.opensearch = { version: "2", size: "db-s-1vcpu-2gb", nodes: 1, maintenance: kubernetes.maintenance };
  Object.assign(cost.volumes, { immutableGib: 0, mailsPerMonth: 0 });
});

const quantityOf = (settings: Settings, price: string) =>
  partsOf(settings)
    .filter((part) => part.price === price)
    .reduce((sum, { atRest }) => sum + atRest, 0);

const sending = (kind: "spaces" | "cloudfront") =>
  changed(({ cdn, cost }) => {
    cdn.kind = kind;
    Object.assign(cost.volumes, { cdnEgressGib: 10_000, cdnMissPercent: 20 });
  });
const withVolumes = (given: Settings["cost"]["volumes"]) => ({ ...prod, cost: { volumes: given } });
const budgeted = (monthly: number, action: "warn" | "refuse" = "refuse") =>
  changed(({ cost }) => void (cost.budget = { monthly, action }));

const bill = priceOf(partsOf(prod));
const dollars = (amount: number) => amount.toFixed(2);

describe("the bill", () => {
  it("is the worked base for its parts, to the cent", () => {
    expect(priceOf(workedBase)).toMatchObject({ atRest: 409.8, atPeak: 409.8, unpriced: [] });
  });

  it("is within 2 % of the worked base for settings that describe it", () => {
    const { atRest, atPeak } = priceOf(partsOf(asSettings));
    expect(Math.abs(atRest - 409.8) / 409.8).toBeLessThan(0.02);
    expect(atPeak).toBe(atRest);
  });

  it.each(stackNames)("of the stack %s has a known price for everything but alarms at Amazon", (stack) => {
    const { unpriced } = priceOf(partsOf(parseSettings(withSecrets(stackFile(stack)))));
    expect(unpriced).toEqual(["alarms on mail at Amazon CloudWatch"]);
  });

  it("counts nodes that an autoscaler may add at peak only", () => {
    const atMost = changed(({ kubernetes }) => void Object.assign(kubernetes.pools["web"] ?? {}, { max: 3 }));
    const fixed = changed(({ kubernetes }) => void Object.assign(kubernetes.pools["web"] ?? {}, { min: 3, max: 3 }));
    expect(priceOf(partsOf(fixed)).atRest).toBeGreaterThan(priceOf(partsOf(atMost)).atRest);
    expect(bill.atPeak).toBeGreaterThan(bill.atRest);
  });

  it("never counts a size without a price as nothing", () => {
    const estimate = priceOf([fixedPart("new", "droplet:s-64vcpu-1tb", 1), ...workedBase]);
    expect(estimate).toMatchObject({ unpriced: ["new"], atRest: 409.8 });
  });

  it("tells estimates from prices", () => {
    const [estimated, read] = priceOf([fixedPart("a", "valkey:db-s-4vcpu-8gb", 1), ...workedBase]).parts;
    expect([estimated?.estimated, read?.estimated]).toEqual([true, false]);
  });

  it("has a part for every optional thing, only when it is on", () => {
    const off = changed(({ kubernetes }) => void (kubernetes.ha = false));
    expect(quantityOf(prod, "doks:ha-control-plane")).toBe(1);
    expect(quantityOf(off, "doks:ha-control-plane")).toBe(0);
    const replica = changed(({ database }) => void (database.postgresql.replica = { size: "db-s-6vcpu-16gb" }));
    expect([prod, replica].map((settings) => quantityOf(settings, "pg:db-s-6vcpu-16gb"))).toEqual([0, 1]);
    const route53 = changed(({ dns }) => void (dns.kind = "route53"));
    expect([prod, route53].map((settings) => quantityOf(settings, "aws:route53-zone"))).toEqual([0, 1]);
  });

  it("counts disk beyond the plan on every node, the replica's too", () => {
    const larger = changed(({ database }) => {
      Object.assign(database.postgresql, { size: "db-s-4vcpu-8gb", storageGib: 213, nodes: 2, replica: {} });
    });
    expect(quantityOf(larger, "pg:extra-storage-gib")).toBe(300); // 113 GiB come with db-s-4vcpu-8gb
  });

  it("counts what Spaces' own CDN sends twice where it fetches it first, and CloudFront's apart", () => {
    expect(quantityOf(sending("spaces"), "spaces:extra-egress-gib")).toBe(12_000 - 1024);
    expect(quantityOf(sending("cloudfront"), "spaces:extra-egress-gib")).toBe(2000 - 1024);
    expect(quantityOf(sending("cloudfront"), "aws:cloudfront-gib")).toBe(10_000 - 1024);
  });

  it("counts egress of nodes beyond the pooled allowance of the nodes that always run", () => {
    const busy = changed(({ cost }) => void (cost.volumes.clusterEgressGib = 100_000));
    const pooled = 4 * quantityOf(prod, "droplet:s-2vcpu-4gb") + 5 * quantityOf(prod, "droplet:s-4vcpu-8gb"); // TiB
    expect(quantityOf(busy, "bandwidth:droplet-overage-gib")).toBe(100_000 - pooled * 1024);
  });

  it("lets no worker of another account share that allowance", () => {
    const shop = read("shop");
    shop.cost.volumes.clusterEgressGib = 100_000;
    const alone = quantityOf({ ...shop, workers: {} }, "bandwidth:droplet-overage-gib");
    expect(quantityOf(shop, "bandwidth:droplet-overage-gib")).toBe(alone);
  });
});

describe("for any settings", () => {
  const volumes = fc.record({
    mediaGib: fc.nat(100_000),
    mediaGrowthGib: fc.nat(1000),
    docsGib: fc.nat(1000),
    backupsGib: fc.nat(10_000),
    immutableGib: fc.nat(10_000),
    cdnEgressGib: fc.nat(100_000),
    cdnEgressGrowthGib: fc.nat(1000),
    cdnMissPercent: fc.nat(100),
    clusterEgressGib: fc.nat(200_000),
    mailsPerMonth: fc.nat(10_000_000),
  });

  it("the bill never falls when a volume grows", () => {
    const names = ["mediaGib", "docsGib", "backupsGib", "immutableGib", "cdnEgressGib", "cdnMissPercent"] as const;
    const grows = fc.constantFrom(...names, "clusterEgressGib" as const, "mailsPerMonth" as const);
    fc.assert(
      fc.property(volumes, grows, fc.nat(1000), (given, name, more) => {
        const before = priceOf(partsOf(withVolumes(given)));
        const after = priceOf(partsOf(withVolumes({ ...given, [name]: given[name] + more })));
        expect(after.atRest).toBeGreaterThanOrEqual(before.atRest);
        expect(after.atPeak).toBeGreaterThanOrEqual(before.atPeak);
      }),
      { numRuns: 100 },
    );
  });

  it("the bill never falls when there is more of a part", () => {
    const part = fc.constantFrom(...workedBase);
    fc.assert(
      fc.property(fc.array(part), part, fc.nat(50), (parts, one, more) => {
        const grown = { ...one, atRest: one.atRest + more, atPeak: one.atPeak + more };
        const before = priceOf([...parts, one]).atRest;
        expect(priceOf([...parts, grown]).atRest).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it("peak is never cheaper than rest, whatever the pools' bounds", () => {
    const bounds = fc.record({ min: fc.integer({ min: 1, max: 9 }), more: fc.nat(9) });
    fc.assert(
      fc.property(bounds, volumes, ({ min, more }, given) => {
        const settings = changed(({ kubernetes }) => {
          Object.assign(kubernetes.pools["web"] ?? {}, { min, max: min + more });
        });
        const { atRest, atPeak, parts } = priceOf(partsOf({ ...settings, cost: { volumes: given } }));
        expect(atPeak).toBeGreaterThanOrEqual(atRest);
        for (const each of parts) expect(each.atPeak).toBeGreaterThanOrEqual(each.atRest);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the forecast", () => {
  it("adds the stated growth month by month, and only what grows costs more", () => {
    const growing = changed(({ cost }) => void Object.assign(cost.volumes, { mediaGib: 1000, mediaGrowthGib: 100 }));
    const months = forecast(growing);
    expect(months.map(({ month, mediaGib }) => [month, mediaGib])).toEqual([
      [3, 1300],
      [6, 1600],
      [12, 2200],
      [24, 3400],
    ]);
    const [first, , , last] = months;
    expect((last?.atRest ?? 0) - (first?.atRest ?? 0)).toBeCloseTo((last?.media ?? 0) - (first?.media ?? 0), 5);
  });
});

describe("the budget", () => {
  it("refuses nothing when there is none, or when it is enough", () => {
    expect(assertWithinBudget(prod)).toEqual([]);
    expect(assertWithinBudget(budgeted(10_000))).toEqual([]);
  });

  it("refuses a stack that would cost more, with the sum and whether at rest already", () => {
    const [problem] = assertWithinBudget(budgeted(bill.atPeak - 1));
    expect(problem).toMatchObject({ path: "cost.budget.monthly", value: bill.atPeak - 1 });
    expect(problem?.message).toContain(
      `at peak the stack would cost more, ${dollars(bill.atRest)} at rest and ${dollars(bill.atPeak)} at peak`,
    );
    expect(problem?.message).toMatch(/PostgreSQL nodes, db-s-\S+ \d x [\d.]+ = [\d.]+/);
    expect(assertWithinBudget(budgeted(bill.atRest - 1))[0]?.message).toContain("already at rest");
  });

  it("only warns when it says so", () => {
    expect(assertWithinBudget(budgeted(bill.atRest - 1, "warn"))).toEqual([]);
    expect(overBudget(budgeted(bill.atRest - 1, "warn"))).toContain("already at rest");
  });

  it("refuses a size whose price nobody knows: it may cost anything", () => {
    const unknown = budgeted(10_000);
    unknown.database.postgresql.size = "gd-40vcpu-160gb";
    expect(assertWithinBudget(unknown)[0]?.message).toContain(
      "no price is known for: PostgreSQL nodes, gd-40vcpu-160gb",
    );
  });
});

describe("what people and tools are shown", () => {
  it("is a table with every part, the total and the forecast", () => {
    const table = costTable(prod);
    for (const { name } of partsOf(prod)) expect(table).toContain(name);
    expect(table).toMatch(new RegExp(`total .* ${dollars(bill.atRest)} .* ${dollars(bill.atPeak)}`));
    expect(table).toContain("prices as of 2026-09-30");
    expect(table).toContain("Not in the total, because no price is known: alarms on mail at Amazon CloudWatch.");
    expect(table).not.toContain("\u001b");
  });

  it("marks an estimate", () => {
    const estimated = changed(({ database }) => void (database.valkey.queue.size = "db-s-4vcpu-8gb"));
    expect(costTable(estimated)).toContain("~120");
    expect(costTable(estimated)).toContain("~ is an estimate");
    expect(costTable(prod)).not.toContain("~");
  });

  it("is an output of the promised form", () => {
    expect(costFiguresSchema.parse(costFigures(prod)).monthly).toEqual({ atRest: bill.atRest, atPeak: bill.atPeak });
  });
});

describe("the price list", () => {
  it("has each droplet's price in one place, with the sizes", () => {
    expect(priceFor("droplet:s-4vcpu-8gb")).toMatchObject({ monthly: 48 });
    expect(priceFor("droplet:s-nothing")).toBeUndefined();
  });
});
