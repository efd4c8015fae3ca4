// What a Mastodon is made from in tests: an example server with recognisable secrets.
import type { EnvironmentInputs } from "../../components/mastodon/environment/inputs.ts";
import type { DumpArgs } from "../../components/mastodon/upgrade/upgrade-dump.ts";
import { mastodonSettingsSchema } from "../../components/mastodon/settings.ts";

/** Where dumps before migrations go. */
export const dumpArgs: DumpArgs = {
  image: "postgres:17-example",
  server: "social",
  bucket: "social-backups",
  region: "sfo3",
  endpoint: "https://sfo3.digitaloceanspaces.com",
  accessKeyId: "secret-dump-id",
  secretAccessKey: "secret-dump",
};

/** Settings with every default, and what is given on top. */
export const mastodonSettings = (given: Record<string, unknown> = {}) => mastodonSettingsSchema.parse(given);

/** Every secret starts with `secret-`, so that a test can look for them where they must not be. */
export function environmentInputs(settings = mastodonSettings()): EnvironmentInputs {
  const account = { user: "mastodon", password: "secret-database" };
  const pool = (name: string) => ({ host: "db.example", port: 25061, name: `mastodon-${name}`, ...account });
  return {
    settings,
    domains: { local: "social.example", web: "web.social.example", streaming: "streaming.social.example" },
    network: { vpc: "10.116.0.0/20", pods: "10.100.0.0/16" },
    database: {
      pools: { web: pool("web"), sidekiq: pool("sidekiq"), streaming: pool("streaming") },
      direct: { host: "db.example", port: 25060, name: "mastodon", ...account },
      admin: { user: "doadmin", password: "secret-admin" },
      caCertificate: "-----BEGIN CERTIFICATE-----",
      statementSeconds: 300,
      replica: { host: "replica.example", port: 25062, name: "mastodon" },
    },
    search: { host: "search.example", port: 25063, user: "doadmin", password: "secret-search", nodes: 1 },
    valkey: {
      url: "rediss://default:secret-queue@queue.example:25061",
      cacheUrl: "rediss://default:secret-cache@cache.example:25071",
      ports: [25061, 25071],
    },
    media: {
      bucket: "social-media",
      region: "nyc3",
      endpoint: "https://nyc3.digitaloceanspaces.com",
      accessKeyId: "secret-key-id",
      secretAccessKey: "secret-spaces",
      aliasHost: "media.social.example",
      extraHosts: [],
    },
    assets: {
      bucket: "social-assets",
      region: "nyc3",
      endpoint: "https://nyc3.digitaloceanspaces.com",
      accessKeyId: "secret-assets-id",
      secretAccessKey: "secret-assets",
      host: "social-assets.nyc3.digitaloceanspaces.com",
    },
    mail: {
      host: "email-smtp.ca-central-1.amazonaws.com",
      port: 2587,
      user: "secret-mail-user",
      password: "secret-mail",
      from: "notifications@social.example",
    },
    secrets: {
      secretKeyBase: "secret-base",
      activeRecord: {
        primaryKey: "secret-primary",
        deterministicKey: "secret-deterministic",
        keyDerivationSalt: "secret-salt",
      },
      vapid: { privateKey: "secret-vapid", publicKey: "public-vapid" },
    },
  };
}
