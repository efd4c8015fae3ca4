// Settings of backups: what is copied where and when, how long it stays, and how it is proved.
import { z } from "zod";
import { recipientsSchema } from "../escrow/settings.ts";
import { resourcesSchema } from "../mastodon/settings.ts";
import { imageSchema } from "../shapes.ts";
import { immutableSettingsSchema } from "./immutable-settings.ts";
import { kansasCitySchema } from "./kansas-city/settings.ts";
import { objectivesSchema } from "./objectives-settings.ts";
import {
  databaseDumpSchema,
  drillSchema,
  mediaCopySchema,
  offsiteSchema,
  smallTasks,
  valkeySnapshotSchema,
} from "./task-settings.ts";

export const backupsSettingsSchema = z.strictObject({
  enabled: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe(
      "runs everything here but the immutable bucket, which is always there; false removes the jobs, never a backup",
    ),
  image: imageSchema("registry.digitalocean.com/social/mastodon-backup:1")
    .optional()
    .describe(
      "image made from images/backup, which nobody publishes: build it, push it to a registry that the cluster reads",
    ),
  recipients: recipientsSchema.describe(
    "public age keys that open backups, where these are not for everybody in escrow.recipients; the drills' own is added; empty: those of escrow.recipients",
  ),
  resources: resourcesSchema
    .prefault({ cpu: "100m", memory: "192Mi", memoryLimit: "1Gi" })
    .describe("of a dump, a copy, a snapshot of Valkey, and the scripts of a drill"),
  database: databaseDumpSchema.prefault({}),
  media: mediaCopySchema.prefault({}),
  offsite: offsiteSchema.prefault({}),
  valkey: valkeySnapshotSchema.prefault({}),
  ...smallTasks,
  drill: drillSchema.prefault({}),
  immutable: immutableSettingsSchema.prefault({}),
  kansasCity: kansasCitySchema.optional(),
  objectives: objectivesSchema.prefault({}),
});

export type BackupsSettings = z.infer<typeof backupsSettingsSchema>;
