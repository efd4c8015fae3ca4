// Settings of the CDN in front of the media and the documentation site.
import { z } from "zod";

/** The only times that DigitalOcean's CDN takes, in seconds (OpenAPI cdn_endpoint, Aug 2026). */
const allowedTtls = [60, 600, 3600, 86_400, 604_800] as const;

const ttl = z.union(
  allowedTtls.map((seconds) => z.literal(seconds)),
  { error: `allowed, in seconds: ${allowedTtls.join(", ")}` },
);

export const cdnSettingsSchema = z.strictObject({
  mediaTtl: ttl.default(86_400).describe("seconds; media never changes, but deleted media stays readable this long"),
  assetsTtl: ttl.default(604_800).describe("seconds; each file has its content's hash in its name"),
  docsTtl: ttl.default(600).describe("seconds; how long an old page may be shown"),
});
