// Which images run: by the version's tag, or by a digest that the operator has checked.
import { describe, expect, test } from "vitest";
import { imagesSchema, railsImageOf, streamingImageOf } from "../../components/mastodon/images.ts";

const digest = `sha256:${"0".repeat(64)}`;
const images = imagesSchema.parse({ digests: { "4.6.8": { rails: digest } } });

describe("images", () => {
  test("a release whose digest is known is taken by it", () => {
    expect(railsImageOf({ images, version: "4.6.8" })).toBe(`ghcr.io/mastodon/mastodon:v4.6.8@${digest}`);
  });

  test("an image or a release without one is taken by its tag, so that an upgrade needs its version alone", () => {
    expect(streamingImageOf({ images, version: "4.6.8" })).toBe("ghcr.io/mastodon/mastodon-streaming:v4.6.8");
    expect(railsImageOf({ images, version: "4.6.9" })).toBe("ghcr.io/mastodon/mastodon:v4.6.9");
  });

  test.each(["0".repeat(64), "sha256:00", `${digest}0`])("refuses %s, which is no digest", (text) => {
    const { success, error } = imagesSchema.safeParse({ digests: { "4.6.8": { rails: text } } });
    expect(success).toBe(false);
    expect(error?.issues[0]?.message).toContain("must be a digest");
  });
});
