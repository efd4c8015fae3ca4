import { describe, expect, it } from "vitest";
import { backupsSettingsSchema } from "../../components/backups/settings.ts";
import { cdnSettingsSchema } from "../../components/cdn/settings.ts";
import { databaseSettingsSchema } from "../../components/database/settings.ts";
import { domainsSchema } from "../../components/dns/settings.ts";
import { kubernetesSettingsSchema } from "../../components/kubernetes/settings.ts";
import { networkSettingsSchema } from "../../components/network/settings.ts";
import { bucketNameSchema, cidrSchema, dropletSizeSchema, hostnameSchema } from "../../components/shapes.ts";
import { tailnetSettingsSchema } from "../../components/tailnet/settings.ts";
import { workersSettingsSchema } from "../../components/workers/settings.ts";

const pool = (pool: object) => kubernetesSettingsSchema.safeParse({ pools: { web: pool } });
const worker = (worker: object) => workersSettingsSchema.safeParse({ "queue-1": worker });

describe("accepted", () => {
  it.each([
    ["a network", cidrSchema, "10.116.0.0/20"],
    ["a host name", hostnameSchema, "media.social.example"],
    ["a bucket", bucketNameSchema, "social-media"],
    ["a droplet size", dropletSizeSchema, "s-4vcpu-8gb"],
    ["a droplet size of another family", dropletSizeSchema, "so1_5-2vcpu-16gb"],
    ["no settings of the network", networkSettingsSchema, {}],
    ["no settings of the database", databaseSettingsSchema, {}],
    ["a TTL that the CDN knows", cdnSettingsSchema, { docsTtl: 3600 }],
  ])("%s", (_, schema, value) => expect(schema.safeParse(value).error).toBeUndefined());

  it("a pool of fixed size", () => expect(pool({ min: 2, max: 2 }).success).toBe(true));
  it("a worker", () => expect(worker({ queues: ["push", "pull"] }).success).toBe(true));
});

describe("refused", () => {
  it.each([
    ["a network with host bits", cidrSchema, "10.116.0.1/20", /no host bits/],
    ["an address without length", cidrSchema, "10.116.0.0", /CIDR/],
    ["a host name with a scheme", hostnameSchema, "https://social.example", /without scheme/],
    ["a host name in capitals", hostnameSchema, "Social.example", /lower-case/],
    ["a bucket with a dot", bucketNameSchema, "media.social", /without dots/],
    ["a VPC that is too large", networkSettingsSchema, { ipRange: "10.0.0.0/8" }, /between \/16 and \/28/],
    ["a TTL that the CDN does not know", cdnSettingsSchema, { mediaTtl: 61 }, /600/],
    ["an unknown version of PostgreSQL", databaseSettingsSchema, { postgresql: { version: "12" } }, /16, 17 or 18/],
    ["no operator", tailnetSettingsSchema, { operators: [] }, /at least one operator/],
    [
      "an end before the lock's",
      backupsSettingsSchema,
      { immutable: { lockDays: 30, keepDays: 30 } },
      /more than lockDays/,
    ],
  ])("%s", (_, schema, value, message) => {
    expect(schema.safeParse(value).error?.issues[0]?.message).toMatch(message);
  });

  it("a pool whose min is above its max", () => {
    expect(pool({ min: 3, max: 2 }).error?.issues[0]).toMatchObject({ path: ["pools", "web", "max"] });
  });

  it("a pool with the name of the built-in one", () => {
    expect(kubernetesSettingsSchema.safeParse({ pools: { system: { min: 1, max: 1 } } }).success).toBe(false);
  });

  it("a scheduler outside the cluster", () => {
    expect(worker({ queues: ["scheduler"] }).error?.issues[0]?.message).toContain("the only scheduler");
  });
});

describe("host names", () => {
  it("follow from the local domain", () => {
    expect(domainsSchema.parse({ local: "social.example" })).toEqual({
      local: "social.example",
      web: "social.example",
      streaming: "streaming.social.example",
      media: "media.social.example",
      assets: "assets.social.example",
      docs: "docs.social.example",
    });
  });

  it("take streaming along when the site has a host of its own", () => {
    const { web, streaming } = domainsSchema.parse({ local: "social.example", web: "www.social.example" });
    expect([web, streaming]).toEqual(["www.social.example", "streaming.www.social.example"]);
  });
});
