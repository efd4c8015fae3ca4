// Settings of the checks from outside.
import { z } from "zod";

export const monitoringSettingsSchema = z.strictObject({
  emails: z
    .array(z.email({ error: "must be a mail address" }))
    .min(1, { error: "must name at least one address, or nobody hears of an outage" })
    .describe("verified members of the DigitalOcean team"),
  certificateDays: z.int().min(7).max(60).default(21).describe("alarm when a certificate ends within these days"),
});

export type MonitoringSettings = z.infer<typeof monitoringSettingsSchema>;
