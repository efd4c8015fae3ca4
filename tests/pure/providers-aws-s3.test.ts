// What S3 enforces: names, Object Lock, settings that need their bucket, and nothing lost by accident.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Properties } from "../../local/providers/contract.ts";
import { provider } from "../../local/providers/aws/index.ts";
import { ProviderUnderTest, type Rows } from "../support/provider-under-test.ts";

const account = (rows: Rows = [], owner = "one", region = "us-east-1") =>
  new ProviderUnderTest(provider, { region }, rows, owner);
const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::media/*" };
const document = (...statements: Properties[]) => ({ Version: "2012-10-17", Statement: statements });

const bucket = "s3/bucket:Bucket";
const versioning = "s3/bucketVersioning:BucketVersioning";
const lock = "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
const retention = { bucket: "media", rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } };

describe("buckets", () => {
  it("have addresses that follow from name and region", async () => {
    const { id, state } = await account([], "one", "ca-central-1").create(bucket, { bucket: "media" });
    expect(id).toBe("media");
    expect(state).toMatchObject({
      arn: "arn:aws:s3:::media",
      bucketDomainName: "media.s3.amazonaws.com",
      bucketRegionalDomainName: "media.s3.ca-central-1.amazonaws.com",
      hostedZoneId: "Z1QDHH18159H29",
      region: "ca-central-1",
    });
  });

  it("share their names with every account in the cloud", async () => {
    const rows: Rows = [];
    await account(rows).create(bucket, { bucket: "media" });
    await expect(account(rows).create(bucket, { bucket: "media" })).rejects.toThrow(/^BucketAlreadyOwnedByYou/);
    await expect(account(rows, "two").create(bucket, { bucket: "media" })).rejects.toThrow(/^BucketAlreadyExists/);
    await expect(account(rows, "two").create("s3/bucketV2:BucketV2", { bucket: "media" })).rejects.toThrow(
      /^BucketAlreadyExists/,
    );
  });

  it.each(["ab", "Media", "-media", "media-", "me..dia", "10.0.0.1", "a".repeat(64), "me dia"])(
    "cannot be named %j",
    (name) => {
      expect(account().refused(bucket, { bucket: name })).toEqual(["bucket"]);
    },
  );

  it("get a name from Pulumi when none is given, in lower case", () => {
    expect(account().check(bucket, {}).inputs["bucket"]).toMatch(/^it-[\da-f]{7}$/);
    expect(account().refused(bucket, { bucketPrefix: "media-" })).toEqual(["bucketPrefix"]);
  });

  it("that hold objects are not deleted, unless forceDestroy was set", async () => {
    const aws = account();
    const media = await aws.create(bucket, { bucket: "media" });
    await aws.create("s3/bucketObject:BucketObject", { bucket: "media", key: "cat", content: "meow" });
    expect(() => aws.delete(bucket, "media")).toThrow(/^BucketNotEmpty: bucket media holds 1 object/);
    aws.update(bucket, media, { bucket: "media", forceDestroy: true });
    aws.delete(bucket, "media");
    expect(aws.rows).toEqual([]);
  });

  it("must exist before their settings and objects", async () => {
    await expect(
      account().create(versioning, { bucket: "media", versioningConfiguration: { status: "Enabled" } }),
    ).rejects.toThrow(/^NoSuchBucket: bucket "media"/);
    await expect(account().create("s3/bucketObject:BucketObject", { bucket: "media", key: "a" })).rejects.toThrow(
      /^NoSuchBucket/,
    );
  });

  it("refuse a policy for everyone while blockPublicPolicy is on", async () => {
    const aws = account();
    await aws.create(bucket, { bucket: "media" });
    await aws.create("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
      bucket: "media",
      blockPublicPolicy: true,
    });
    const open = { bucket: "media", policy: document({ ...statement, Principal: "*" }) };
    await expect(aws.create("s3/bucketPolicy:BucketPolicy", open)).rejects.toThrow(/^AccessDenied/);
    const closed = {
      bucket: "media",
      policy: document({ ...statement, Principal: { Service: "cloudfront.amazonaws.com" } }),
    };
    await expect(aws.create("s3/bucketPolicy:BucketPolicy", closed)).resolves.toBeDefined();
  });
});

describe("Object Lock", () => {
  it("works in a bucket that was made with it", async () => {
    const aws = account();
    await aws.create(bucket, { bucket: "media", objectLockEnabled: true });
    await expect(aws.create(lock, retention)).resolves.toBeDefined();
  });

  it("works in another bucket only once versions are kept", async () => {
    const aws = account();
    await aws.create(bucket, { bucket: "media" });
    await expect(aws.create(lock, retention)).rejects.toThrow(/^InvalidBucketState/);
    await aws.create(versioning, { bucket: "media", versioningConfiguration: { status: "Enabled" } });
    await expect(aws.create(lock, retention)).resolves.toBeDefined();
  });

  it("forbids to suspend versions", async () => {
    const aws = account();
    await aws.create(bucket, { bucket: "media", objectLockEnabled: true });
    const suspended = { bucket: "media", versioningConfiguration: { status: "Suspended" } };
    await expect(aws.create(versioning, suspended)).rejects.toThrow(/^InvalidBucketState/);
  });

  it.each([
    ["neither days nor years", { mode: "GOVERNANCE" }, "rule.defaultRetention"],
    ["days and years", { mode: "GOVERNANCE", days: 1, years: 1 }, "rule.defaultRetention"],
    ["no mode", { days: 1 }, "rule.defaultRetention.mode"],
    ["an unknown mode", { mode: "FOREVER", days: 1 }, "rule.defaultRetention.mode"],
    ["no days", { mode: "COMPLIANCE", days: 0 }, "rule.defaultRetention.days"],
  ])("with %s is refused by name", (_what, defaultRetention, property) => {
    expect(account().refused(lock, { bucket: "media", rule: { defaultRetention } })).toEqual([property]);
  });

  it("on an object needs it on the bucket", async () => {
    const aws = account();
    await aws.create(bucket, { bucket: "media" });
    const held = { bucket: "media", key: "a", content: "b", objectLockMode: "COMPLIANCE" };
    await expect(aws.create("s3/bucketObjectv2:BucketObjectv2", held)).rejects.toThrow(/Object Lock/);
  });
});

describe("lifecycle rules", () => {
  const lifecycle = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
  const rule = { id: "old", status: "Enabled", expiration: { days: 30 } };
  it.each([
    ["that do nothing", [{ id: "idle", status: "Enabled" }], "rules[0]"],
    ["of the same name", [rule, rule], "rules[1].id"],
    ["with an unknown status", [{ ...rule, status: "On" }], "rules[0].status"],
    [
      "to an unknown class",
      [{ ...rule, transitions: [{ days: 1, storageClass: "ICE" }] }],
      "rules[0].transitions[0].storageClass",
    ],
  ])("%s are refused by name", (_what, rules, property) => {
    expect(account().refused(lifecycle, { bucket: "media", rules: rules })).toEqual([property]);
  });
});

describe("objects", () => {
  it("have the digest of their content", async () => {
    const aws = account();
    await aws.create(bucket, { bucket: "media" });
    const { state } = await aws.create("s3/bucketObject:BucketObject", {
      bucket: "media",
      key: "cat",
      content: "meow",
    });
    expect(state["etag"]).toBe(createHash("md5").update("meow").digest("hex"));
    expect(
      aws.refused("s3/bucketObject:BucketObject", { bucket: "media", key: "a", content: "x", contentBase64: "eA==" }),
    ).toEqual(["contentBase64"]);
  });
});
