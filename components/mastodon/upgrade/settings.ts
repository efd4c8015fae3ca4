// Settings of upgrades: what must be safe before a migration, and how far back a version may go.
import { z } from "zod";
import { releaseSchema } from "./release.ts";

export const upgradesSchema = z.strictObject({
  precondition: z
    .enum(["dump", "none"], { error: "must be dump or none" })
    .default("dump")
    .describe(
      "dump: before the migrations of a new version the database is dumped into the backups bucket, and without the dump nothing is migrated; none: only the platform's point-in-time restore remains",
    ),
  scratch: z
    .string()
    .regex(/^([1-9]|[1-9]\d|1[01]\d)Gi$/, { error: "must be 1Gi to 119Gi, for example 40Gi" })
    // A dump leaves out indexes and is compressed. A node of s-4vcpu-8gb has 160 GB of disk, shared with images and logs.
    .default("20Gi")
    .describe(
      "disk of a node for the dump before it is uploaded; the dump fails with a clear message where it is too little",
    ),
  keepDumps: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe("dumps that stay in the bucket; older ones are removed once a new one is there"),
  downgradeTo: releaseSchema
    .optional()
    .describe(
      "states that the database is fit for this older version, because a dump was restored or only patches lie between; for one run, then remove it",
    ),
});
