// The secrets that only an operator can give: credentials of the clouds. Everything else is generated, or made by the stack itself.
import { z } from "zod";
import { mastodonSecretsSchema } from "../components/mastodon/settings.ts";
import { secretSchema } from "../components/shapes.ts";

/** Key of the DigitalOcean account that holds everything except workers in other accounts. */
export const mainAccount = "main";

/** Lets a missing object be read as an empty one, so that each secret in it is named in the report. */
function orEmpty<Schema extends z.ZodType>(schema: Schema) {
  return schema.prefault({} as z.core.util.NoUndefined<z.input<Schema>>);
}

const accountSchema = (name: string) =>
  orEmpty(z.strictObject({ token: secretSchema(`secrets.digitalocean.${name}.token`) }));

export const secretsSettingsSchema = orEmpty(
  z.strictObject({
    digitalocean: orEmpty(
      z.object({ [mainAccount]: accountSchema(mainAccount) }).catchall(accountSchema("<account>")),
    ).describe("one token for each DigitalOcean account; main is needed, workers may name others"),
    tailscale: orEmpty(
      z.strictObject({
        clientId: secretSchema("secrets.tailscale.clientId"),
        clientSecret: secretSchema("secrets.tailscale.clientSecret"),
      }),
    ).describe("OAuth client with the scopes policy_file, feature_settings, dns and auth_keys"),
    aws: orEmpty(
      z.strictObject({
        accessKeyId: secretSchema("secrets.aws.accessKeyId"),
        secretAccessKey: secretSchema("secrets.aws.secretAccessKey"),
      }),
    ).describe("access key that may manage SES, IAM users and S3"),
    mastodon: mastodonSecretsSchema.prefault({}).describe("secrets of an existing server; a new one generates them"),
  }),
);

export type SecretsSettings = z.infer<typeof secretsSettingsSchema>;
