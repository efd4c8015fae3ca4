// Settings of the tailnet: who may enter it, as people; machines follow from the other settings.
import { z } from "zod";

const person = z.email({ error: "must be the login of a tailnet user, for example alice@social.example" });

export const tailnetSettingsSchema = z.strictObject({
  name: z.string().min(1).default("-").describe("the tailnet's name; - is the one that the credentials belong to"),
  operators: z
    .array(person)
    .min(1, { error: "must name at least one operator, or nobody could reach the cluster" })
    .describe("people who run the server"),
  observers: z.array(person).default([]).describe("people who may look at dashboards"),
  policyLink: z.url().optional().describe("where the policy is kept; shown in Tailscale's console"),
});

export type TailnetSettings = z.infer<typeof tailnetSettingsSchema>;
