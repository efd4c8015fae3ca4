// Settings of the copy that nobody can delete: an S3 bucket with Object Lock, at another provider than everything else.
import { z } from "zod";
import { awsRegionSchema, bucketNameSchema } from "../shapes.ts";

export const immutableSettingsSchema = z
  .strictObject({
    region: awsRegionSchema.default("us-east-2"),
    bucket: bucketNameSchema.optional().describe("unique in all of S3; default: <name>-immutable"),
    lockDays: z
      .int()
      .min(1)
      .max(365)
      .default(30)
      .describe("days for which not even the account's owner can delete an object"),
    keepDays: z.int().min(2).max(3650).default(90).describe("days after which an object is removed"),
  })
  .refine(({ lockDays, keepDays }) => keepDays > lockDays, {
    path: ["keepDays"],
    error: "must be more than lockDays, because a locked object cannot be removed",
  });
