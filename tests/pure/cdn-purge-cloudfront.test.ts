import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudFrontApi } from "../../components/cdn/purge-bridge/service/cloudfront.ts";
import { collapse, isCovered } from "../../components/cdn/purge-bridge/service/collapse.ts";
import { RateWindow } from "../../components/cdn/purge-bridge/service/rate-window.ts";
import { signedHeaders } from "../../components/cdn/purge-bridge/service/sigv4.ts";
import { FakeApi, ManualClock } from "../support/fake-cdn-api.ts";

describe("Amazon's signature", () => {
  // The vectors are AWS's own (the published "aws-sig-v4-test-suite", by the names below); all use this key and moment.
  const key = {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
    service: "service",
  };
  const at = new Date("2015-08-30T12:36:00Z");
  const form = { "content-type": "application/x-www-form-urlencoded" };

  it.each([
    ["get-vanilla", "GET", "/", {}, "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    ["post-vanilla", "POST", "/", {}, "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
    [
      "get-vanilla-query-order-key-case",
      "GET",
      "/?Param2=value2&Param1=value1",
      {},
      "",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
    [
      "post-x-www-form-urlencoded",
      "POST",
      "/",
      form,
      "Param1=value1",
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ],
  ])("is that of the vector %s", (_, method, path, headers, body, signature) => {
    const url = new URL(path, "https://example.amazonaws.com");
    const signed = signedHeaders({ method, url, headers, body }, key, at);
    const names = ["content-type", "host", "x-amz-date"].filter((name) => name in signed).join(";");
    expect(signed["authorization"]).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    );
  });
});

describe("a CloudFront invalidation", () => {
  let fake: FakeApi;
  let answer: { status: number; text?: string };
  let api: ReturnType<typeof cloudFrontApi>;

  beforeEach(async () => {
    answer = { status: 201 };
    fake = new FakeApi(new ManualClock(), () => answer);
    const url = await fake.start();
    api = cloudFrontApi({ api: url, distributionId: "E2EXAMPLE", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "hush" });
  });

  afterEach(() => fake.stop());

  it("names every path from the root on, and is signed for CloudFront", async () => {
    expect(await api.purge(["media_attachments/1.png", "cache/a&b/*"])).toEqual({ kind: "done" });
    const [received] = fake.received;
    expect(received?.url).toBe("/2020-05-31/distribution/E2EXAMPLE/invalidation");
    expect(received?.body).toContain(
      "<Quantity>2</Quantity><Items><Path>/media_attachments/1.png</Path><Path>/cache/a&amp;b/*</Path></Items>",
    );
    expect(received?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/cloudfront\/aws4_request, SignedHeaders=content-type;host;x-amz-date, /,
    );
  });

  it("comes again a minute later while too many are under way", async () => {
    answer = { status: 400, text: "<Error><Code>TooManyInvalidationsInProgress</Code></Error>" };
    expect(await api.purge(["a/*"])).toMatchObject({ kind: "later", afterMs: 60_000 });
  });

  it.each([
    [503, "<Code>ServiceUnavailable</Code>", "later"],
    [400, "<Code>Throttling</Code>", "later"],
    [403, "<Code>AccessDenied</Code>", "locked-out"],
    [404, "<Code>NoSuchDistribution</Code>", "locked-out"],
    [400, "<Code>InvalidArgument</Code>", "refused"],
  ])("tells apart what %d %s means", async (status, text, kind) => {
    answer = { status, text };
    expect(await api.purge(["a.png"])).toMatchObject({ kind });
  });
});

describe("folders in place of files", () => {
  const files = Array.from({ length: 300 }, (_, index) => `media/${index % 3}/${index % 30}/${index}/original.png`);

  it("are as deep as the number allows", () => {
    expect(collapse(files, 300)).toHaveLength(300);
    expect(collapse(files, 40)).toHaveLength(30);
    expect(collapse(files, 40)[0]).toMatch(/^media\/\d\/\d+\/\*$/);
    expect(collapse(files, 5).toSorted()).toEqual(["media/0/*", "media/1/*", "media/2/*"]);
    expect(collapse(files, 2)).toEqual(["media/*"]);
  });

  it.each([1, 2, 5, 29, 40, 299])("cover every file when at most %d may remain", (most) => {
    const few = collapse(files, most);
    expect(few.length).toBeLessThanOrEqual(most);
    expect(files.filter((file) => !few.includes(file) && !isCovered(file, few))).toEqual([]);
  });

  it("leave a file that stands alone in its folder as it is", () => {
    expect(collapse(["a/1.png", "b/1.png", "b/2.png"], 2)).toEqual(["a/1.png", "b/*"]);
  });

  it("become everything only when nothing else is few enough", () => {
    expect(collapse(["1.png", "2.png", "3.png"], 2)).toEqual(["*"]);
  });
});

describe("a sliding window", () => {
  it("never has more in a period than allowed, wherever the period begins", () => {
    const window = new RateWindow({ unit: "files", most: 50, periodMs: 20_000 });
    const sent: { at: number; units: number }[] = [];
    let now = 0;
    for (let index = 0; index < 400; index += 1) {
      const units = 1 + ((index * 17) % 50);
      now += window.waitFor(units, now);
      expect(window.free(now)).toBeGreaterThanOrEqual(units);
      window.count(units, now);
      sent.push({ at: now, units });
      now += (index * 131) % 900;
    }
    for (const { at } of sent) {
      const inPeriod = sent.filter((one) => one.at >= at && one.at < at + 20_000);
      expect(inPeriod.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(50);
    }
  });
});
