// What other tools are told of backups, as a part of the outputs' schema.
import { z } from "zod";

const jobSchema = z.strictObject({
  task: z.string().describe("what metrics, heartbeats and alerts call it"),
  namespace: z.string(),
  name: z.string().describe("name of the CronJob"),
  schedule: z.string().describe("minute hour day month weekday, in UTC"),
});

const copySchema = z.strictObject({
  copy: z.enum(["backups", "offsite"]).describe("what drills and restores call it"),
  provider: z.enum(["digitalocean", "aws"]),
  bucket: z.string(),
  region: z.string(),
  endpoint: z.url().describe("S3 endpoint without the bucket"),
});

const reportsSchema = z.strictObject({
  bucket: z.string().describe("of the copy `offsite`"),
  folder: z.string().describe("keys begin with it: <folder>/<time>-<copy>.json, and .sig with its Ed25519 signature"),
  publicKey: z.string().describe("PEM; checks the signatures"),
  fingerprint: z.string().describe("SHA-256 of that key, to compare with a copy of it that is kept elsewhere"),
});

export const backupsOutputSchema = z
  .strictObject({
    escrow: z
      .strictObject({ bucket: z.string(), key: z.string().describe("key of the newest bundle") })
      .optional()
      .describe("the age-encrypted bundle of the server's keys; missing where escrow.recipients is empty"),
    recipients: z
      .array(z.string())
      .optional()
      .describe("public age keys that backups are closed for, the drills' own last; missing unless backups.enabled"),
    jobs: z.array(jobSchema).optional().describe("missing unless backups.enabled"),
    copies: z.array(copySchema).optional().describe("missing unless backups.enabled"),
    reports: reportsSchema.optional().describe("reports of drills; missing unless backups.enabled"),
  })
  .describe("what a rebuild begins with");
