// Settings of outgoing mail through Amazon SES.
import { z } from "zod";
import { awsRegionSchema } from "../shapes.ts";

const mailbox = z
  .string()
  .regex(/^[a-z0-9._+-]+$/i, { error: "must be the part before the @, for example notifications" });

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
});

export type MailSettings = z.infer<typeof mailSettingsSchema>;
