import { describe, expect, it } from "vitest";
import { workersSettingsSchema } from "../../components/workers/settings.ts";
import { assertDomainsInZone } from "../../src/rules/domains.ts";
import { assertWebPool } from "../../src/rules/kubernetes.ts";
import { assertRangesApart } from "../../src/rules/network.ts";
import { assertBackupsElsewhere, assertBucketsDistinct } from "../../src/rules/storage.ts";
import { assertWorkerAccountsKnown } from "../../src/rules/workers.ts";
import { parseSettings } from "../../src/settings.ts";
import type { Settings } from "../../src/settings-schema.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const prod = parseSettings(withSecrets(stackFile("prod")));

/** The production settings with some subjects changed after the schema took them. */
const changed = (subjects: Partial<Settings>): Settings => ({ ...prod, ...subjects });

describe("address ranges", () => {
  it("may lie side by side", () => expect(assertRangesApart(prod)).toEqual([]));

  it("must not meet each other", () => {
    const kubernetes = { ...prod.kubernetes, serviceSubnet: "10.100.128.0/19" };
    const [problem] = assertRangesApart(changed({ kubernetes }));
    expect(problem).toMatchObject({ path: "kubernetes.serviceSubnet", value: "10.100.128.0/19" });
    expect(problem?.message).toContain("overlaps kubernetes.clusterSubnet (10.100.0.0/16)");
  });

  it.each([
    ["10.244.0.0/20", "tor1", 1],
    ["10.29.16.0/20", "tor1", 1],
    ["10.29.16.0/20", "ams3", 0],
  ] as const)("%s in %s meets %i reserved ranges", (ipRange, region, count) => {
    expect(assertRangesApart(changed({ network: { ipRange, region } }))).toHaveLength(count);
  });
});

describe("node pools", () => {
  it("include one named web", () => {
    expect(assertWebPool(prod)).toEqual([]);
    const { sidekiq } = prod.kubernetes.pools;
    if (sidekiq === undefined) throw new Error("the production stack has a pool named sidekiq");
    expect(assertWebPool(changed({ kubernetes: { ...prod.kubernetes, pools: { sidekiq } } }))).toHaveLength(1);
  });
});

describe("buckets", () => {
  it("have names of their own", () => {
    expect(assertBucketsDistinct(prod)).toEqual([]);
    const storage = { ...prod.storage, docs: { ...prod.storage.docs, name: "social-example-media" } };
    expect(assertBucketsDistinct(changed({ storage }))).toMatchObject([{ path: "storage.docs.name" }]);
  });

  it("keep backups in another region than media", () => {
    expect(assertBackupsElsewhere(prod)).toEqual([]);
    const storage = { ...prod.storage, backups: { ...prod.storage.backups, region: "nyc3" as const } };
    expect(assertBackupsElsewhere(changed({ storage }))).toMatchObject([{ path: "storage.backups.region" }]);
  });
});

describe("host names", () => {
  it("lie in the zone", () => {
    expect(assertDomainsInZone(prod)).toEqual([]);
    const domains = { ...prod.domains, media: "media.elsewhere.example" };
    expect(assertDomainsInZone(changed({ domains }))).toMatchObject([{ path: "domains.media" }]);
  });

  it("may lie anywhere when somebody else serves the zones", () => {
    const domains = { ...prod.domains, media: "media.elsewhere.example" };
    expect(assertDomainsInZone(changed({ domains, dns: { ...prod.dns, kind: "external" } }))).toEqual([]);
  });

  it("may be under a larger zone, which must then be named", () => {
    const domains = { ...prod.domains, docs: "docs.example.org" };
    expect(assertDomainsInZone({ domains, dns: { ...prod.dns, zone: "example.org" } })).toHaveLength(5);
  });

  it("that only end alike are not in the zone", () => {
    const domains = { ...prod.domains, media: "notsocial.example" };
    expect(assertDomainsInZone(changed({ domains }))).toHaveLength(1);
  });

  it("are one for each service, except that web may be the local domain", () => {
    const domains = { ...prod.domains, docs: prod.domains.media };
    expect(assertDomainsInZone(changed({ domains }))).toMatchObject([{ path: "domains.docs" }]);
  });
});

const workers = (account: string): Settings =>
  changed({ workers: workersSettingsSchema.parse({ one: { account, queues: ["default"] } }) });

describe("a worker's account", () => {
  it("needs a token", () => {
    expect(assertWorkerAccountsKnown(workers("queues"))).toEqual([]);
    const [problem] = assertWorkerAccountsKnown(workers("other"));
    expect(problem?.message).toContain("mastodon:secrets.digitalocean.other.token");
  });
});
