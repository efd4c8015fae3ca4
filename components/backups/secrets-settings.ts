// Secrets of backups: the key that drills open them with, the key that signs a drill's report, and what is called when all is well.
import { z } from "zod";
import { httpsForm, secretSchema } from "../shapes.ts";
import { backupTasks } from "./tasks.ts";

/** As age-keygen writes it. Keys of other kinds need a newer age than Debian's. */
const identityForm = {
  form: /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/,
  what: "a private age key as age-keygen shows it, AGE-SECRET-KEY-1 and 58 characters",
} as const;

/** What Docker keeps in its config.json. */
const registryForm = { form: /^\s*\{\s*"auths"\s*:/, what: 'JSON that begins with {"auths":' } as const;

export const backupsSecretsSchema = z.strictObject({
  drillIdentity: secretSchema("secrets.backups.drillIdentity", identityForm)
    .optional()
    .describe(
      "private age key for drills alone, in the cluster: every backup is closed for it too; never one of escrow.recipients, whose keys stay outside",
    ),
  reportKey: secretSchema("secrets.backups.reportKey")
    .optional()
    .describe(
      "Ed25519 private key as PEM that signs the reports of drills; default: one that follows from drillIdentity",
    ),
  registry: secretSchema("secrets.backups.registry", registryForm)
    .optional()
    .describe(
      "how the cluster logs in where backups.image is, as doctl registry docker-config prints it; default: anybody may pull it",
    ),
  kansasCity: z
    .strictObject({
      accessKeyId: secretSchema("secrets.backups.kansasCity.accessKeyId"),
      secretAccessKey: secretSchema("secrets.backups.kansasCity.secretAccessKey"),
    })
    .optional()
    .describe("key to the bucket that backups.kansasCity.target names, with kind s3; only the host is given it"),
  heartbeats: z
    .partialRecord(z.enum(backupTasks), secretSchema("secrets.backups.heartbeats.<task>", httpsForm))
    .default({})
    .describe("address that each task calls when it has succeeded; a task without one does not report"),
});
