// Settings of the cost plan: the volumes that a bill depends on and no other setting tells, and the budget.
import { z } from "zod";

const amount = (what: string) => z.number().min(0, { error: "must be 0 or more" }).describe(what);

/** A young server of some hundred people. Nothing is provisioned by these figures: state your own, from the last bills. */
const volumesSchema = z.strictObject({
  mediaGib: amount("GiB in the media bucket now").default(150),
  mediaGrowthGib: amount("GiB that it grows each month").default(15),
  docsGib: amount("GiB of documentation, site files and their old versions").default(1),
  backupsGib: amount("GiB in the backups bucket").default(50),
  immutableGib: amount("GiB in the copy at Amazon").default(50),
  cdnEgressGib: amount("GiB a month that the CDN sends to people").default(500),
  cdnEgressGrowthGib: amount("GiB by which that grows each month").default(25),
  cdnMissPercent: amount("share of it that the CDN fetches from the buckets; that counts a second time")
    .max(100, { error: "must be at most 100" })
    .default(20),
  clusterEgressGib: amount(
    "GiB a month that nodes and droplets send out: federation, pages, uploads to buckets",
  ).default(1500),
  mailsPerMonth: amount("mails a month").default(10_000),
});

const budgetSchema = z.strictObject({
  monthly: z.number().positive({ error: "must be above 0" }).describe("US dollars a month, at peak, without taxes"),
  action: z
    .enum(["warn", "refuse"], { error: "must be warn or refuse" })
    .default("warn")
    .describe("what a preview does with a stack that would cost more"),
});

export const costSettingsSchema = z.strictObject({
  volumes: volumesSchema.prefault({}).describe("what the bill depends on besides what is declared"),
  budget: budgetSchema.optional().describe("none when left out"),
});
