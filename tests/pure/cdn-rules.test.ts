import { describe, expect, it } from "vitest";
import { Secret } from "../../src/secret.ts";
import { parseSettings } from "../../src/settings.ts";
import type { RawSettings } from "../../src/stack-file.ts";
import { credentials, stackFile, withSecrets } from "../stacks.ts";

const token = { cdnPurge: { token: new Secret("do-purge-token") } };
const parse =
  (change: RawSettings, stack: "prod" | "shop" = "prod") =>
  () =>
    parseSettings({ ...withSecrets(stackFile(stack)), ...change });

const arn = (region: string) => `arn:aws:acm:${region}:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef`;

describe("the settings of the CDN", () => {
  it("have one of two kinds, and the times that DigitalOcean takes", () => {
    expect(parse({ cdn: { kind: "fastly" } })).toThrow(
      'mastodon:cdn.kind: "fastly" is not allowed; take one of: spaces, cloudfront',
    );
    expect(parse({ cdn: { docsTtl: 300 } })).toThrow(
      "mastodon:cdn.docsTtl: 300 is not allowed; take one of these, in seconds: 60, 600, 3600, 86400, 604800",
    );
  });

  it("take an own certificate from us-east-1 only", () => {
    expect(parse({ cdn: { cloudfront: { certificateArn: arn("ca-central-1") } } })).toThrow(
      "us-east-1, the only region",
    );
    expect(parse({ cdn: { cloudfront: { certificateArn: arn("us-east-1") } } })).not.toThrow();
  });
});

describe("the settings of the purge", () => {
  it("need a token for DigitalOcean, and none for CloudFront", () => {
    const cdn = { purge: { enabled: true } };
    expect(parse({ cdn })).toThrow(
      "mastodon:secrets.cdnPurge.token: is missing, and cdn.purge.enabled needs it: make a DigitalOcean token with the scope cdn:delete only",
    );
    expect(parse({ cdn, secrets: { ...credentials, ...token } })).not.toThrow();
    expect(parse({ cdn: { ...cdn, kind: "cloudfront" } })).not.toThrow();
  });

  it("keep the queue pull in the cluster, whose service nobody else reaches", () => {
    const secrets = { ...credentials, ...token };
    const cdn = { purge: { enabled: true } };
    expect(parse({ cdn, secrets }, "shop")).toThrow(
      /mastodon:workers\.queue-1\.queues: .* must not hold pull while cdn\.purge\.enabled is true/,
    );
    expect(parse({ secrets }, "shop")).not.toThrow();
    const mastodon = { sidekiq: { servedElsewhere: ["pull,2"] } };
    expect(parse({ cdn, secrets, mastodon })).toThrow(
      /mastodon:mastodon\.sidekiq\.servedElsewhere: .* must not hold pull/,
    );
  });
});
