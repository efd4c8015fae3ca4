// Settings of the CDN in front of the media, the site's files and the documentation.
import { z } from "zod";
import { mediaMoveSchema } from "./media-move/settings.ts";

/** The only times that DigitalOcean's CDN takes, in seconds (OpenAPI cdn_endpoint, Aug 2026). CloudFront takes any, so these too. */
const allowedTtls = [60, 600, 3600, 86_400, 604_800] as const;

const ttl = z.union(
  allowedTtls.map((seconds) => z.literal(seconds)),
  { error: `is not allowed; take one of these, in seconds: ${allowedTtls.join(", ")}` },
);

const cdnKinds = ["spaces", "cloudfront"] as const;

const priceClasses = ["PriceClass_100", "PriceClass_200", "PriceClass_All"] as const;

const certificateArnSchema = z.string().regex(/^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]{36}$/, {
  error: "must be the ARN of an ACM certificate in us-east-1, the only region that CloudFront takes certificates from",
});

const cloudFrontSchema = z.strictObject({
  priceClass: z
    .enum(priceClasses, { error: `is not allowed; take one of: ${priceClasses.join(", ")}` })
    .default("PriceClass_100")
    .describe("where the edges are: 100 is North America and Europe, 200 adds Asia and Africa, All is everywhere"),
  certificateArn: certificateArnSchema
    .optional()
    .describe("an issued certificate for all CDN host names; default: one for each is requested and proved by DNS"),
});

const purgeSchema = z.strictObject({
  enabled: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe("takes removed media out of the CDN; with kind spaces it needs secrets.cdnPurge.token"),
});

export const cdnSettingsSchema = z.strictObject({
  kind: z
    .enum(cdnKinds, { error: `is not allowed; take one of: ${cdnKinds.join(", ")}` })
    .default("spaces")
    .describe("DigitalOcean's own CDN, or Amazon CloudFront in front of the same buckets"),
  mediaTtl: ttl.default(86_400).describe("seconds; media never changes, but deleted media stays readable this long"),
  assetsTtl: ttl.default(604_800).describe("seconds; each file has its content's hash in its name"),
  docsTtl: ttl.default(600).describe("seconds; how long an old page may be shown"),
  cloudfront: cloudFrontSchema.prefault({}),
  purge: purgeSchema.prefault({}),
  mediaMove: mediaMoveSchema.optional(),
});

export type CdnKind = (typeof cdnKinds)[number];
