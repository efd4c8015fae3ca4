// Settings of outgoing mail through Amazon SES.
import { z } from "zod";
import { awsRegionSchema, mailAddressesSchema } from "../shapes.ts";
import { reputationLimits, usualQuota } from "./limits.ts";

const mailbox = z
  .string()
  .regex(/^[a-z0-9._+-]+$/i, { error: "must be the part before the @, for example notifications" });

/** A rate in percent, below the one at which Amazon looks at the account. */
const rateSchema = (rate: keyof typeof reputationLimits, preset: number) => {
  const { review, pause } = reputationLimits[rate];
  return z
    .number()
    .positive({ error: "must be above 0" })
    .max(review, {
      error: `must be at most ${review}: from there Amazon reviews the account, and pauses it at ${pause}`,
    })
    .default(preset);
};

const quotaSchema = z.strictObject({
  perSecond: z
    .int()
    .min(1)
    .max(1000)
    .default(usualQuota.perSecond)
    .describe("messages a second; at most so many threads may serve the queue mailers. 1 in the sandbox"),
  perDay: z
    .int()
    .min(1)
    .default(usualQuota.perDay)
    .describe("messages in 24 hours; 200 in the sandbox. An alarm rings before it is used up"),
});

const alarmsSchema = z.strictObject({
  bouncePercent: rateSchema("bounce", 4).describe("alarm from this share of mail that bounces for good"),
  complaintPercent: rateSchema("complaint", 0.08).describe("alarm from this share of mail that is reported as spam"),
  quotaPercent: z.int().min(1).max(100).default(80).describe("alarm when this share of quota.perDay is used"),
});

export const mailSettingsSchema = z.strictObject({
  region: awsRegionSchema.default("ca-central-1").describe("SES region; near the cluster"),
  fromMailbox: mailbox.default("notifications").describe("mail comes from this mailbox of the local domain"),
  bounceLabel: z
    .string()
    .regex(/^[a-z0-9-]+$/, { error: "must be one DNS label, for example bounce" })
    .default("bounce")
    .describe("subdomain for MAIL FROM, so that SPF is aligned"),
  spfInclude: z
    .array(
      z.string().regex(/^[a-z0-9_.-]+\.[a-z]{2,63}$/, { error: "must be a host name, for example _spf.example.org" }),
    )
    .max(8, { error: "must be at most 8: receivers stop after 10 look-ups" })
    .default([])
    .describe("others who send mail for the domain, such as the mailbox provider; everybody else is refused"),
  dmarcPolicy: z
    .enum(["none", "quarantine", "reject"], { error: "must be none, quarantine or reject" })
    .default("quarantine"),
  dmarcReports: z.email({ error: "must be a mail address" }).optional().describe("where receivers send reports"),
  quota: quotaSchema.prefault({}).describe("what Amazon granted: see docs/alarms.md, mail-quota"),
  alarms: alarmsSchema.prefault({}),
  eventEmails: mailAddressesSchema
    .optional()
    .describe("who gets every bounce and complaint, with the recipient's address; default: monitoring.emails"),
  accountSuppression: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe(
      "also suppresses for all other senders of the AWS account in this region; the server's own mail always is",
    ),
});

export type MailSettings = z.infer<typeof mailSettingsSchema>;
