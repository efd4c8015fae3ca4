// The secrets that only an operator can give: credentials of the clouds. Everything else is generated, or made by the stack itself.
import { z } from "zod";
import { backupsSecretsSchema } from "../components/backups/secrets-settings.ts";
import { logSinkSecretsSchema } from "../components/database/log-sink-settings.ts";
import { uploadedCertificatesSchema } from "../components/certificates/settings.ts";
import { mastodonSecretsSchema } from "../components/mastodon/secrets/settings.ts";
import { monitoringSecretsSchema } from "../components/monitoring/settings.ts";
import { stagingSecretsSchema } from "../components/staging/settings.ts";
import { secretSchema } from "../components/shapes.ts";

/** Key of the DigitalOcean account that holds everything except workers in other accounts. */
export const mainAccount = "main";

// A missing object is read as one without its secrets (`prefault`), so that each secret in it is named in the report.

const accountSchema = (name: string) =>
  z.strictObject({ token: secretSchema(`secrets.digitalocean.${name}.token`) }).prefault({ token: undefined });

/** Only the main account has buckets, and buckets are managed with S3 keys, not with the API token. */
const mainAccountSchema = z
  .strictObject({
    token: secretSchema(`secrets.digitalocean.${mainAccount}.token`),
    spacesAccessKeyId: secretSchema(`secrets.digitalocean.${mainAccount}.spacesAccessKeyId`),
    spacesSecretAccessKey: secretSchema(`secrets.digitalocean.${mainAccount}.spacesSecretAccessKey`),
  })
  .prefault({ token: undefined, spacesAccessKeyId: undefined, spacesSecretAccessKey: undefined });

export const secretsSettingsSchema = z
  .strictObject({
    digitalocean: z
      .object({ [mainAccount]: mainAccountSchema })
      .catchall(accountSchema("<account>"))
      .prefault({})
      .describe(
        "one token for each DigitalOcean account; main is needed, with a full-access Spaces key; workers may name others",
      ),
    tailscale: z
      .strictObject({
        clientId: secretSchema("secrets.tailscale.clientId"),
        clientSecret: secretSchema("secrets.tailscale.clientSecret"),
      })
      .prefault({ clientId: undefined, clientSecret: undefined })
      .describe(
        "OAuth client with the scopes policy_file, feature_settings, dns, auth_keys and oauth_keys, and with the tag tag:stack",
      ),
    aws: z
      .strictObject({
        accessKeyId: secretSchema("secrets.aws.accessKeyId"),
        secretAccessKey: secretSchema("secrets.aws.secretAccessKey"),
      })
      .prefault({ accessKeyId: undefined, secretAccessKey: undefined })
      .describe(
        "access key that may manage SES, SNS, CloudWatch alarms, IAM users and S3, and what the CDN and the DNS at Amazon need",
      ),
    monitoring: monitoringSecretsSchema.prefault({}).describe("where alarms and heartbeats go"),
    database: z
      .strictObject({ logSink: logSinkSecretsSchema.prefault({}) })
      .prefault({})
      .describe("credentials at the server that database.postgresql.logSink names"),
    certificates: uploadedCertificatesSchema
      .prefault({})
      .describe(
        "your own certificates, with certificates.kind uploaded; PEM, the chain in `chain` or behind the certificate",
      ),
    cdnPurge: z
      .strictObject({ token: secretSchema("secrets.cdnPurge.token").optional() })
      .prefault({})
      .describe("DigitalOcean token with the scope cdn:delete only, for cdn.purge with kind spaces"),
    staging: stagingSecretsSchema
      .optional()
      .describe(
        "Spaces key that may only read the bucket with the production server's dumps, for a stack with staging",
      ),
    backups: backupsSecretsSchema.prefault({}).describe("keys of restore drills, and where backups report"),
    mastodon: mastodonSecretsSchema.prefault({}).describe("secrets of an existing server; a new one generates them"),
  })
  .prefault({});
