// The emulated aws provider, type by type: every sample works, every wrong input is named, everything can be deleted again.
import { beforeAll, describe, expect, it } from "vitest";
import { type Created, type Properties, type PropertyFact, UNKNOWN } from "../../local/providers/contract.ts";
import { provider } from "../../local/providers/aws/index.ts";
import { plain } from "../../local/providers/plain.ts";
import { samples } from "../support/aws-samples.ts";
import { ProviderUnderTest } from "../support/provider-under-test.ts";

const aws = new ProviderUnderTest(provider, { region: "us-east-1", defaultTags: { tags: { stack: "test" } } });
const made: Record<string, Created> = {};
const given: Record<string, Properties> = {};

// Outputs that the real provider leaves empty for the samples, too: nothing encrypted, no KMS, no website, nothing in progress.
const emptyHere = new Set([
  "aws:iam/accessKey:AccessKey encryptedSecret",
  "aws:iam/accessKey:AccessKey encryptedSesSmtpPasswordV4",
  "aws:iam/accessKey:AccessKey keyFingerprint",
  "aws:s3/bucket:Bucket websiteDomain",
  "aws:s3/bucket:Bucket websiteEndpoint",
  "aws:s3/bucketV2:BucketV2 websiteDomain",
  "aws:s3/bucketV2:BucketV2 websiteEndpoint",
]);

beforeAll(async () => {
  for (const [type, inputs] of samples) {
    given[type] = inputs(made);
    made[type] = await aws.create(type, given[type]);
  }
});

const names = samples.map(([type]) => type);

/** A value that cannot be of the fact's type, for the bridge that turns numbers and texts into each other. */
function wrongValue({ type }: PropertyFact): Properties | string {
  return type === "String" || type === "Asset" ? { not: "text" } : "wrong";
}

describe("every type", () => {
  it("has a sample", () => {
    expect(names.map((name) => aws.type(name).token).toSorted()).toEqual(provider.tokens().toSorted());
  });

  it.each(names)("%s has all outputs that the real one always has", (name) => {
    const { token, facts } = aws.type(name);
    const outputs = Object.keys(facts).filter(
      (key) => facts[key]!.computed && !facts[key]!.optional && !facts[key]!.required,
    );
    const missing = outputs.filter((key) => made[name]!.state[key] === undefined && !emptyHere.has(`${token} ${key}`));
    expect(missing).toEqual([]);
  });

  it.each(names)("%s shows no change for the same inputs", (name) => {
    expect(aws.diff(name, made[name]!, given[name]!).changes).toEqual([]);
  });

  it.each(names)("%s names an unknown property", (name) => {
    expect(aws.refused(name, { ...given[name], surprise: 1 })).toEqual(["surprise"]);
  });

  it.each(names)("%s names each missing property that is required", (name) => {
    const { facts } = aws.type(name);
    for (const key of Object.keys(facts).filter((property) => facts[property]!.required)) {
      const { [key]: _, ...rest } = given[name]!;
      expect(aws.refused(name, rest)).toEqual([key]);
    }
  });

  it.each(names)("%s names each property of the wrong type", (name) => {
    const { facts } = aws.type(name);
    for (const key of Object.keys(given[name]!)) {
      const fact = facts[key]!;
      if (fact.type === "Any" || fact.type === "List" || fact.type === "Set") continue; // these take one value as a list of it
      expect(aws.refused(name, { ...given[name], [key]: wrongValue(fact) }), key).toEqual([key]);
    }
  });

  it.each(names)("%s accepts what is not known yet, property by property", (name) => {
    for (const key of Object.keys(given[name]!))
      expect(aws.refused(name, { ...given[name], [key]: UNKNOWN }), key).toEqual([]);
  });

  it.each(names)("%s never moves to another region in place", (name) => {
    const { facts } = aws.type(name);
    if (!facts["region"]) return;
    const moved = { ...given[name], region: "eu-west-1" };
    expect(aws.diff(name, made[name]!, moved).replaces).toContain("region");
    expect(aws.refused(name, { ...given[name], region: "Virginia" })).toEqual(["region"]);
  });

  it("can be deleted again in reverse order, which leaves nothing", async () => {
    const second = new ProviderUnderTest(provider, { region: "us-east-1" });
    const again: Record<string, Created> = {};
    for (const [type, inputs] of samples) again[type] = await second.create(type, inputs(again));
    for (const type of names.toReversed()) second.delete(type, again[type]!.id);
    expect(second.rows).toEqual([]);
  });
});

describe("an unknown type or function", () => {
  it("is not known, instead of being shrugged at", () => {
    expect(provider.resource("aws:ec2/instance:Instance")).toBeUndefined();
    expect(provider.functions["aws:ec2/getAmi:getAmi"]).toBeUndefined();
  });
});

describe("tags", () => {
  it("of the provider are added to those of the resource", () => {
    expect(made["s3/bucket:Bucket"]!.state["tagsAll"]).toEqual({ stack: "test", purpose: "backups" });
  });
});

describe("replacement", () => {
  it.each([
    ["s3/bucket:Bucket", { bucket: "another-name" }, ["bucket"]],
    ["s3/bucket:Bucket", { objectLockEnabled: false }, ["objectLockEnabled"]],
    ["s3/bucket:Bucket", { forceDestroy: true }, []],
    ["s3/bucketVersioning:BucketVersioning", { bucket: "example-old" }, ["bucket"]],
    ["iam/user:User", { name: "postman" }, []],
    ["iam/role:Role", { name: "restore" }, ["name"]],
    ["iam/policy:Policy", { description: "sends mail" }, ["description"]],
    ["iam/accessKey:AccessKey", { status: "Inactive" }, []],
    ["iam/accessKey:AccessKey", { user: "postman" }, ["user"]],
    ["ses/domainIdentity:DomainIdentity", { domain: "example.com" }, ["domain"]],
    ["ses/eventDestination:EventDestination", { matchingTypes: ["bounce"] }, ["matchingTypes"]],
    ["sesv2/emailIdentity:EmailIdentity", { emailIdentity: "example.com" }, ["emailIdentity"]],
    ["sns/topicSubscription:TopicSubscription", { rawMessageDelivery: true }, []],
    ["acm/certificate:Certificate", { domainName: "example.com" }, ["domainName"]],
    ["route53/record:Record", { name: "other" }, ["name"]],
    ["route53/record:Record", { type: "TXT" }, []],
    ["route53/zone:Zone", { name: "example.com" }, ["name"]],
    ["cloudfront/distribution:Distribution", { priceClass: "PriceClass_100" }, []],
    ["cloudfront/distribution:Distribution", { staging: true }, ["staging"]],
    ["budgets/budget:Budget", { limitAmount: "30" }, []],
    ["cloudwatch/metricAlarm:MetricAlarm", { name: "other" }, ["name"]],
  ])("of %s on %j: %j", (name, change, replaces) => {
    const difference = aws.diff(name, made[name]!, { ...given[name]!, ...change });
    expect(difference.replaces).toEqual(replaces);
    expect(difference.changes).not.toEqual([]);
  });

  it("happens for nothing that only looks different: order, spacing of JSON, a dot at the end", () => {
    const same: readonly (readonly [string, Properties])[] = [
      [
        "iam/policy:Policy",
        { policy: JSON.stringify(JSON.parse(plain(given["iam/policy:Policy"]!["policy"])), null, 2) },
      ],
      ["ses/eventDestination:EventDestination", { matchingTypes: ["complaint", "bounce"] }],
      ["route53/record:Record", { name: plain(given["route53/record:Record"]!["name"]).replace(/\.$/, "") }],
    ];
    for (const [name, change] of same)
      expect(aws.diff(name, made[name]!, { ...given[name]!, ...change }).changes).toEqual([]);
  });
});
