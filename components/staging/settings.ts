// Settings of a staging stack: which production server it is a copy of, and when the copy is made anew.
import { z } from "zod";
import { bucketNameSchema, cidrSchema, hostnameSchema, secretSchema, spacesRegionSchema } from "../shapes.ts";

const sourceSchema = z.strictObject({
  domain: hostnameSchema.describe("the production server's name after the @; a copy must have another"),
  web: hostnameSchema.optional().describe("the host name in its addresses, where it is another"),
  bucket: bucketNameSchema.describe("bucket with its dumps; only read"),
  region: spacesRegionSchema,
  prefix: z
    .string()
    .regex(/^([a-z0-9-]+\/)*$/, { error: "must be a folder that ends in a slash, for example upgrades/social/" })
    .default("upgrades/")
    .describe("folder of the dumps in the bucket"),
});

/** Written without quotation marks a day is a moment to Pulumi's YAML (see `dateSchema`). */
const refreshSchema = z
  .string({ error: "must be a day or a name, for example 2026-12-24" })
  .transform((text) => text.replace(/ 00:00:00 \+0000 UTC$/, ""))
  .pipe(
    z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/, {
      error: "must be a day or a name of lower-case letters, digits, dots and hyphens, for example 2026-12-24",
    }),
  );

export const stagingSettingsSchema = z.strictObject({
  source: sourceSchema,
  dump: z
    .string()
    .regex(/^(newest|\S+\.dump)$/, { error: "must be newest, or the name of a dump in the bucket" })
    .default("newest"),
  refresh: refreshSchema.describe("name of this copy: another one drops the database of this stack and copies anew"),
  scratch: z
    .string()
    .regex(/^([1-9]|[1-9]\d|1[01]\d)Gi$/, { error: "must be 1Gi to 119Gi, for example 40Gi" })
    .default("20Gi")
    .describe("disk of a node for the dump while it is restored"),
  storageAddresses: z
    .array(cidrSchema)
    .default([])
    .describe(
      "addresses of the media bucket's endpoint: all that web and Sidekiq may reach outside; without them uploads fail",
    ),
});

export type StagingSettings = z.infer<typeof stagingSettingsSchema>;

/** A Spaces key that may do nothing but read the production server's backups bucket. */
export const stagingSecretsSchema = z.strictObject({
  accessKeyId: secretSchema("secrets.staging.accessKeyId"),
  secretAccessKey: secretSchema("secrets.staging.secretAccessKey"),
});
