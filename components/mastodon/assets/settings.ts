// Settings of the site's scripts and styles outside the pods.
import { z } from "zod";

export const assetsSchema = z
  .strictObject({
    copy: z
      .boolean({ error: "must be true or false" })
      .default(true)
      .describe("copies each version's scripts and styles to the assets bucket before its pods start, and keeps them"),
    cdn: z
      .boolean({ error: "must be true or false" })
      .optional()
      .describe(
        "pages load them from the assets host (CDN_HOST) instead of the site's; default: with cdn.kind cloudfront",
      ),
  })
  .refine(({ copy, cdn }) => copy || cdn !== true, {
    path: ["cdn"],
    error:
      "needs mastodon.assets.copy, which fills the bucket behind the assets host; switch that on, or leave this out",
  });
