// Settings of the buckets in DigitalOcean Spaces, and of the documentation site in one of them.
import { z } from "zod";
import { bucketNameSchema, spacesRegionSchema } from "../shapes.ts";

const bucketFields = (region: z.infer<typeof spacesRegionSchema>, keepDays: number) => ({
  name: bucketNameSchema.optional().describe("unique in all of Spaces; default: <name>-<purpose>"),
  region: spacesRegionSchema.default(region),
  keepDays: z
    .int()
    .min(1)
    .max(3650)
    .default(keepDays)
    .describe("days for which overwritten and deleted objects can be brought back"),
});

/** What a browser calls the place that a page comes from. */
const originSchema = z.string().regex(/^https:\/\/[a-z0-9.-]+(:\d+)?$/, {
  error: "must be an origin such as https://client.example: https, a host name, no path and no slash at the end",
});

/** Inside the project, so that every checkout and CI publish the same. */
const siteFolderSchema = z.string().regex(/^(?!\/|\.\.?(\/|$))(?!.*\/\.\.?(\/|$))[^\\]*[^\\/]$/, {
  error:
    "must be a folder inside the project, named from its root, such as docs/site; no .. and no slash at either end",
});

const seconds = z.int().min(0).max(31_536_000, { error: "must be at most 31536000 seconds, which is a year" });

const cacheSchema = z.strictObject({
  pages: seconds.default(300).describe("seconds for which browsers keep a page without asking"),
  files: seconds.default(3600).describe("seconds for style sheets, pictures and other files"),
  immutable: z
    .array(z.string())
    .default([])
    .describe(
      "beginnings of paths whose files never change under their name; names with a hash in them are known anyway",
    ),
});

const docsSchema = z
  .strictObject({
    ...bucketFields("nyc3", 30),
    site: siteFolderSchema
      .optional()
      .describe("folder of static files to publish, from the project's root; default: none"),
    cache: cacheSchema.prefault({}),
  })
  .prefault({});

const mediaSchema = z
  .strictObject({
    ...bucketFields("nyc3", 30),
    origins: z
      .array(originSchema)
      .default([])
      .describe("origins of other web clients whose scripts may read media, beside the server's own"),
  })
  .prefault({});

export const storageSettingsSchema = z.strictObject({
  media: mediaSchema.describe("what people upload, and copies of remote media"),
  assets: z
    .strictObject(bucketFields("nyc3", 30))
    .prefault({})
    .describe("scripts and styles of the site, old and new ones side by side"),
  docs: docsSchema.describe("the documentation site"),
  backups: z
    .strictObject(bucketFields("sfo3", 35))
    .prefault({})
    .describe("encrypted dumps and media copies, in another region than the media"),
});

type StorageSettings = z.infer<typeof storageSettingsSchema>;
export type BucketPurpose = keyof StorageSettings;
export type SiteCache = z.infer<typeof cacheSchema>;
