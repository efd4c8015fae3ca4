// Settings of the tailnet: who may enter it and reach what. Machines follow from the other settings.
import { z } from "zod";
import { hostnameSchema, nameSchema } from "../shapes.ts";
import { gatewaySettingsSchema } from "./gateway/settings.ts";
import { kubectlSettingsSchema } from "./kubectl/settings.ts";
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
    kansasCity: mayReach("backup-metrics").describe("the host that pulls the backups; nothing else of ours suits it"),
  })
  .describe("who may reach what; nothing else is reachable");

/** Tailscale fetches the issuer's public keys, so it must be on the internet (provider documentation of FederatedIdentity, 0.29). */
const federationSchema = z
  .strictObject({
    issuer: z
      .url({ protocol: /^https$/, error: "must be an https address" })
      .describe("CI's identity provider, for example https://token.actions.githubusercontent.com"),
    subject: z
      .string()
      .regex(/^[^*\s]/, {
        error: "must begin with what only your CI has, for example repo:social/infrastructure:environment:production",
      })
      .describe("who the token is about; a * stands for any text"),
    audience: z.string().min(1).optional().describe("who the token is for; Tailscale chooses one where it is left out"),
  })
  .describe("lets CI join by a token of its own identity provider, so that no secret is stored");

const webhookSchema = z.strictObject({
  endpoint: z.url({ protocol: /^https$/, error: "must be an https address" }).describe("takes Tailscale's messages"),
});

const address = z.union([z.ipv4(), z.ipv6()], { error: "must be an IP address that the tailnet reaches" });

export const tailnetSettingsSchema = z.strictObject({
  name: z.string().min(1).default("-").describe("the tailnet's name; - is the one that the credentials belong to"),
  operators: z
    .array(person)
    .min(1, { error: "must name at least one operator, or nobody could reach the cluster" })
    .describe("people who run the server"),
  moderators: z.array(person).default([]).describe("people who moderate; they reach nothing unless access says so"),
  observers: z.array(person).default([]).describe("people who may look at metrics"),
  policyLink: z.url().optional().describe("where the policy is kept; shown in Tailscale's console"),
  access: accessSchema.prefault({}),
  gateway: gatewaySettingsSchema.prefault({}),
  kubectl: kubectlSettingsSchema.prefault({}),
  ci: z.strictObject({ federation: federationSchema.optional() }).prefault({}).describe("how CI joins the tailnet"),
  webhook: webhookSchema.optional().describe("who is told when somebody changes the policy"),
  splitDns: z
    .record(hostnameSchema, z.array(address).min(1, { error: "must name at least one name server" }))
    .default({})
    .describe("domains that name servers of yours answer for, by their addresses; nothing in the cluster answers"),
  deviceKeyDays: z
    .int()
    .min(1)
    .max(180)
    .default(90)
    .describe("days until a person's device has to log in again; machines with tags stay"),
  overwritePolicy: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe(
      "replaces a policy that the tailnet has already; for the first update only, after what is needed of it is in extraPolicy",
    ),
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
