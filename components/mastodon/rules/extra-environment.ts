// Rules about variables that the operator adds: only what Rails reads, nothing that the stack decides, nothing secret.
import { isKnown, isReadBy, isSecret } from "../environment/names.ts";
import type { Problem } from "../../problem.ts";

/** What the stack sets itself; a second value would win or lose depending on the order of the sources. */
export const ownedNames: readonly string[] = [
  "CDN_HOST",
  "DB_HOST",
  "DB_NAME",
  "DB_PORT",
  "DB_SSLMODE",
  "DB_USER",
  "DEFAULT_LOCALE",
  "ES_ENABLED",
  "ES_HOST",
  "ES_PORT",
  "ES_PRESET",
  "ES_USER",
  "LOCAL_DOMAIN",
  "MASTODON_PROMETHEUS_EXPORTER_ENABLED",
  "MASTODON_PROMETHEUS_EXPORTER_HOST",
  "MASTODON_PROMETHEUS_EXPORTER_LOCAL",
  "MASTODON_PROMETHEUS_EXPORTER_PORT",
  "MASTODON_PROMETHEUS_EXPORTER_SIDEKIQ_DETAILED_METRICS",
  "MASTODON_PROMETHEUS_EXPORTER_WEB_DETAILED_METRICS",
  "MAX_THREADS",
  "PGOPTIONS",
  "PGSSLROOTCERT",
  "PREPARED_STATEMENTS",
  "PROMETHEUS_EXPORTER_HOST",
  "PROMETHEUS_EXPORTER_PORT",
  "REDIS_DRIVER",
  "REPLICA_DB_HOST",
  "REPLICA_DB_NAME",
  "REPLICA_DB_PORT",
  "REPLICA_DB_TASKS",
  "REPLICA_DB_USER",
  "REPLICA_PREPARED_STATEMENTS",
  "S3_ALIAS_HOST",
  "S3_BUCKET",
  "S3_ENABLED",
  "S3_ENDPOINT",
  "S3_HOSTNAME",
  "S3_PROTOCOL",
  "S3_REGION",
  "S3_RETRY_LIMIT",
  "SMTP_ENABLE_STARTTLS",
  "SMTP_FROM_ADDRESS",
  "SMTP_PORT",
  "SMTP_SERVER",
  "STREAMING_API_BASE_URL",
  "TRUSTED_PROXY_IP",
  "VAPID_PUBLIC_KEY",
  "WEB_CONCURRENCY",
  "WEB_DOMAIN",
];

/** Variables that break a running server, with the way out (read in Mastodon 4.6.5's config folder). */
const harmful: Readonly<Record<string, string>> = {
  DB_POOL: "one value cannot fit all processes; leave it unset, then each takes as many as it has threads",
  REDIS_NAMESPACE: "stops Mastodon 4.6 from booting; use a Valkey instance of its own instead",
  SKIP_POST_DEPLOYMENT_MIGRATIONS: "belongs to single migration jobs; any value, even false, skips",
  SOCKET: "makes Puma listen on a socket, where the edge does not find it; leave it unset",
  PORT: "differs between processes; leave it unset",
  ALTERNATE_DOMAINS: "names hosts that the edge does not answer for; use the setting domains instead",
  BIND: "the images bind rightly; leave it unset",
};

/** Problems of the operator's own variables. Values of secrets are never shown. */
export function environmentProblems(environment: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(environment).flatMap(([name, given]) => {
    const message = refusal(name);
    const value = isKnown(name) && !isSecret(name) ? { value: given } : {};
    return message === undefined ? [] : { path: name, ...value, message };
  });
}

function refusal(name: string): string | undefined {
  if (harmful[name]) return harmful[name];
  if (!isKnown(name)) return "is read by no process of Mastodon 4.6; check the spelling or remove it";
  if (isSecret(name)) return "holds a secret and must not stand here in plain text; remove it";
  if (ownedNames.includes(name)) return "is set by the stack; change the setting that it comes from";
  if (!isReadBy(name, "web") && !isReadBy(name, "sidekiq"))
    return "is read by neither web nor Sidekiq, which are the processes that this setting reaches; remove it";
  return undefined;
}
