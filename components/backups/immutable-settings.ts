// Settings of the copy that nobody can delete: an S3 bucket with Object Lock, at another provider than everything else.
import { z } from "zod";
import { awsRegionSchema, bucketNameSchema } from "../shapes.ts";

/** Amazon charges for at least so many days of an object in Glacier Instant Retrieval (aws.amazon.com/s3/storage-classes, Nov 2026). */
const coldDays = 90;

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
    keepDays: z
      .int()
      .min(2)
      .max(3650)
      .default(90)
      .describe("days after which an object goes out of sight; removed lockDays later, as what is overwritten is"),
    coldAfterDays: z
      .int()
      .min(0)
      .max(3560)
      .optional()
      .describe(
        "days after which an object moves to Glacier Instant Retrieval, a sixth of the price and read as fast; default: never",
      ),
  })
  .refine(({ lockDays, keepDays }) => keepDays > lockDays, {
    path: ["keepDays"],
    error: "must be more than lockDays, because a locked object cannot be removed",
  })
  .refine(({ keepDays, coldAfterDays }) => coldAfterDays === undefined || keepDays >= coldAfterDays + coldDays, {
    path: ["coldAfterDays"],
    error: `must leave ${coldDays} days until keepDays, which Amazon charges for in any case; lower it, raise keepDays, or leave it out`,
  });
