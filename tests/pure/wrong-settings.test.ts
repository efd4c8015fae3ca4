// Ten mistakes that operators make, each told so that a tired one understands it: the setting, the value, the arithmetic, what to do.
import { describe, expect, it } from "vitest";
import type { RawSettings } from "../../src/stack-file.ts";
import { changedProd, mistakesIn } from "../support/mistakes.ts";

const pools = (web: object, sidekiq: object) => ({
  kubernetes: { pools: { web: { min: 2, max: 6, ...web }, sidekiq: { min: 1, max: 6, ...sidekiq } } },
});

/** The mistake, the settings with it, and what the message says, in this order. */
const mistakes: readonly (readonly [string, RawSettings, readonly string[]])[] = [
  [
    "overlapping subnets",
    { kubernetes: { clusterSubnet: "10.116.0.0/16" } },
    ["kubernetes.clusterSubnet", "10.116.0.0/16", "overlaps network.ipRange (10.116.0.0/20)"],
  ],
  [
    "more connections than the database has",
    { mastodon: { web: { replicas: 12 } } },
    ["database.postgresql.size", "allows 197 connections", "295 are needed", "(12 + 1)", "Take db-s-6vcpu-16gb"],
  ],
  [
    "more nodes than the account may have",
    pools({ max: 20 }, { max: 20 }),
    [
      "account.dropletLimit",
      "25",
      "52 droplets",
      "2 system + 40 in pools at their max + 10",
      "ask DigitalOcean's support",
    ],
  ],
  ["an unknown region", { network: { region: "tor9" } }, ["network.region", "tor9", "no region", "tor1"]],
  [
    "an unknown droplet size",
    pools({ size: "s-4vcpu-9gb" }, {}),
    ["kubernetes.pools.web.size", "s-4vcpu-9gb", "no known droplet size", "s-4vcpu-8gb"],
  ],
  [
    "a region without the product",
    { network: { region: "atl1" } },
    ["network.region", "atl1", "has no Kubernetes", "tor1"],
  ],
  [
    "a region without buckets",
    { storage: { media: { region: "nyc1" } } },
    ["storage.media.region", "nyc1", "has no Spaces", "nyc3"],
  ],
  [
    "a pool that is too small for its pods",
    pools({}, { max: 1 }),
    ["kubernetes.pools.sidekiq.max", "must be at least 3", "12 pods", "6500m CPU", "3378m", "raise it"],
  ],
  ["a time to live that the CDN does not take", { cdn: { mediaTtl: 61 } }, ["cdn.mediaTtl", "61", "60, 600, 3600"]],
  [
    "a price over the budget",
    { cost: { budget: { monthly: 300, action: "refuse" } } },
    ["cost.budget.monthly", "300", "already at rest", "PostgreSQL nodes", "= 244.20", "raise it"],
  ],
  [
    "a switch of the media host that comes too early",
    { cdn: { mediaMove: { to: "files.social.example", announced: "2026-11-23", switchOn: "2026-11-25" } } },
    ["cdn.mediaMove.switchOn", "2026-11-25", "must be 2026-11-30 or later"],
  ],
  [
    "a name that is not allowed",
    { name: "Not A Name" },
    ["mastodon:name", "Not A Name", "lower-case letters", "for example social"],
  ],
];

describe("a wrong setting", () => {
  it.each(mistakes)("is refused in one line: %s", (_, change, said) => {
    const lines = mistakesIn(changedProd(change));
    expect(lines).toHaveLength(1);
    const [line = ""] = lines;
    let from = 0;
    for (const words of said) {
      const at = line.indexOf(words, from);
      expect(at, `"${words}" in: ${line}`).toBeGreaterThanOrEqual(0);
      from = at + words.length;
    }
  });

  it("does not hide another one", () => {
    const all = { ...pools({ size: "s-4vcpu-9gb" }, {}), cdn: { mediaTtl: 61 }, name: "Not A Name" };
    expect(mistakesIn(changedProd(all))).toHaveLength(3);
  });

  it("that is a secret is not shown", () => {
    const secret = `AGE-SECRET-KEY-1${"QPZRY9X8".repeat(7)}`;
    const [line = "", ...others] = mistakesIn(changedProd({ escrow: { recipients: [secret] } }));
    expect(others).toEqual([]);
    expect(line).toContain("escrow.recipients.0");
    expect(line).toContain('"AGE-SECRET-KEY-…"');
    expect(line).not.toContain("QPZRY");
  });
});

describe("a rule inside a section names the value that is wrong, not all that surrounds it", () => {
  const groups = (change: object) => ({ mastodon: { sidekiq: { groups: { ...sidekiqGroups, ...change } } } });
  const sidekiqGroups = {
    default: { queues: ["default"] },
    federation: { queues: ["push", "ingress", "fasp", "pull"] },
    mailers: { queues: ["mailers"] },
    scheduler: { queues: ["scheduler"] },
  };

  it.each([
    [groups({ scheduler: { queues: ["scheduler"], replicas: 2 } }), "groups.scheduler.replicas: 2 must be 1"],
    [groups({ again: { queues: ["scheduler"] } }), 'groups: ["scheduler","again"] 2 groups serve'],
    [groups({ mailers: { queues: ["default"] } }), 'groups: "mailers" no group serves'],
    [groups({ more: { queues: ["mailer"] } }), 'groups.more.queues: "mailer" is no queue of Mastodon'],
    [{ mastodon: { environment: { DB_POOL: "30" } } }, 'environment.DB_POOL: "30" one value cannot fit'],
    [{ mastodon: { environment: { OTP_SECRET: "hidden" } } }, "environment.OTP_SECRET: holds a secret"],
  ])("%#", (settings, text) => {
    expect(mistakesIn(changedProd(settings)).join("\n")).toContain(text);
  });
});
