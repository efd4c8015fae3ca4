// Settings of the tailnet: who may enter it and reach what. Machines follow from the other settings.
import { z } from "zod";
import { nameSchema } from "../shapes.ts";
import { targetNames, type TargetName } from "./targets.ts";

const person = z.email({ error: "must be the login of a tailnet user, for example alice@social.example" });

const mayReach = (...names: readonly TargetName[]) =>
  z.array(z.enum(targetNames, { error: `allowed: ${targetNames.join(", ")}` })).default([...names]);

const accessSchema = z
  .strictObject({
    operators: mayReach("kubernetes", "database", "metrics", "ssh", "kansas-city"),
    moderators: mayReach(),
    observers: mayReach("metrics"),
    ci: mayReach("kubernetes"),
    workers: mayReach("database", "valkey").describe("every queue worker outside the cluster"),
    worker: z.record(nameSchema, mayReach()).default({}).describe("one worker, by name, instead of what all may reach"),
    monitoring: mayReach("metrics"),
    kansasCity: mayReach(),
  })
  .describe("who may reach what; nothing else is reachable");

export const tailnetSettingsSchema = z.strictObject({
  name: z.string().min(1).default("-").describe("the tailnet's name; - is the one that the credentials belong to"),
  operators: z
    .array(person)
    .min(1, { error: "must name at least one operator, or nobody could reach the cluster" })
    .describe("people who run the server"),
  moderators: z.array(person).default([]).describe("people who moderate; they reach nothing unless access says so"),
  observers: z.array(person).default([]).describe("people who may look at metrics"),
  policyLink: z.url().optional().describe("where the policy is kept; shown in Tailscale's console"),
  kansasCity: z.boolean().default(false).describe("a host in Kansas City that keeps a copy is on the tailnet"),
  access: accessSchema.prefault({}),
  extraPolicy: z
    .string()
    .default("")
    .describe(
      "hand-written groups, hosts, tagOwners, grants, ssh, nodeAttrs and tests in HuJSON, added to the generated policy",
    ),
  sendTests: z
    .boolean({ error: "must be true or false" })
    .default(true)
    .describe(
      "sends the generated tests with the policy; turn it off only while Tailscale refuses to test tags without a device",
    ),
});

export type TailnetSettings = z.infer<typeof tailnetSettingsSchema>;
