// All settings of a stack as one zod schema, composed of the subjects' own; types and the editor's JSON Schema come from it.
import { z } from "zod";
import { accountSettingsSchema } from "../components/account/settings.ts";
import { autoscalingSettingsSchema } from "../components/autoscaling/settings.ts";
import { backupsSettingsSchema } from "../components/backups/settings.ts";
import { cdnSettingsSchema } from "../components/cdn/settings.ts";
import { certificatesSettingsSchema } from "../components/certificates/settings.ts";
import { databaseSettingsSchema } from "../components/database/settings.ts";
import { dnsSettingsSchema, domainsSchema } from "../components/dns/settings.ts";
import { escrowSettingsSchema } from "../components/escrow/settings.ts";
import { kubernetesSettingsSchema } from "../components/kubernetes/settings.ts";
import { mailSettingsSchema } from "../components/mail/settings.ts";
import { mastodonSettingsSchema } from "../components/mastodon/settings.ts";
import { metricsSettingsSchema } from "../components/metrics/settings.ts";
import { monitoringSettingsSchema } from "../components/monitoring/settings.ts";
import { dayTwoSettingsSchema } from "../components/mastodon/day-two/settings.ts";
import { networkSettingsSchema } from "../components/network/settings.ts";
import { nameSchema } from "../components/shapes.ts";
import { stagingSettingsSchema } from "../components/staging/settings.ts";
import { storageSettingsSchema } from "../components/storage/settings.ts";
import { tailnetSettingsSchema } from "../components/tailnet/settings.ts";
import { workersSettingsSchema } from "../components/workers/settings.ts";
import { costSettingsSchema } from "./plans/cost/settings.ts";
import { secretsSettingsSchema } from "./secrets-settings.ts";

/** Every setting, by subject. The key in a stack file is `mastodon:<subject>`. */
export const settingsSchema = z.strictObject({
  name: nameSchema.default("mastodon").describe("prefix of every physical name; can never be changed"),
  protect: z
    .boolean({ error: "must be true or false" })
    .default(true)
    .describe("refuses to delete or replace what holds data; turn it off only where the data is worthless"),
  unprotect: z
    .array(z.string())
    .default([])
    .describe("logical names of resources that may be deleted or replaced; for one run, then remove it again"),
  account: accountSettingsSchema.prefault({}),
  domains: domainsSchema,
  network: networkSettingsSchema.prefault({}),
  kubernetes: kubernetesSettingsSchema.prefault({}),
  database: databaseSettingsSchema.prefault({}),
  storage: storageSettingsSchema.prefault({}),
  cdn: cdnSettingsSchema.prefault({}),
  dns: dnsSettingsSchema.prefault({}),
  certificates: certificatesSettingsSchema.prefault({}),
  mail: mailSettingsSchema.prefault({}),
  tailnet: tailnetSettingsSchema,
  workers: workersSettingsSchema.prefault({}),
  backups: backupsSettingsSchema.prefault({}),
  escrow: escrowSettingsSchema.prefault({}),
  monitoring: monitoringSettingsSchema,
  metrics: metricsSettingsSchema.prefault({}),
  autoscaling: autoscalingSettingsSchema.prefault({}),
  mastodon: mastodonSettingsSchema.prefault({}),
  dayTwo: dayTwoSettingsSchema.prefault({}),
  staging: stagingSettingsSchema
    .optional()
    .describe(
      "makes this stack a sanitised copy of another server, which federates with nobody; from its first update on",
    ),
  cost: costSettingsSchema.prefault({}),
  secrets: secretsSettingsSchema,
});

/** The settings of one stack, complete and checked. */
export type Settings = z.infer<typeof settingsSchema>;
