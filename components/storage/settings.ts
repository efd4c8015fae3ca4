// Settings of the buckets in DigitalOcean Spaces.
import { z } from "zod";
import { bucketNameSchema, spacesRegionSchema } from "../shapes.ts";

const bucket = (region: z.infer<typeof spacesRegionSchema>, keepDays: number) =>
  z
    .strictObject({
      name: bucketNameSchema.optional().describe("unique in all of Spaces; default: <name>-<purpose>"),
      region: spacesRegionSchema.default(region),
      keepDays: z
        .int()
        .min(1)
        .max(3650)
        .default(keepDays)
        .describe("days for which overwritten and deleted objects can be brought back"),
    })
    .prefault({});

export const storageSettingsSchema = z.strictObject({
  media: bucket("nyc3", 30).describe("what people upload, and copies of remote media"),
  assets: bucket("nyc3", 30).describe("scripts and styles of the site, old and new ones side by side"),
  docs: bucket("nyc3", 30).describe("the documentation site"),
  backups: bucket("sfo3", 35).describe("encrypted dumps and media copies, in another region than the media"),
});

type StorageSettings = z.infer<typeof storageSettingsSchema>;
export type BucketPurpose = keyof StorageSettings;
