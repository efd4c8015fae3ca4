// Variables that the Rails processes share, by subject.
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseConnection } from "../args.ts";
import type { Variables } from "./environment.ts";
import { databaseCaPath, type EnvironmentInputs } from "./inputs.ts";
import { mailEncryption } from "./mail-encryption.ts";
import { isReadBy, type Process } from "./names.ts";

/** Who the server is, to others and to itself. */
export function identity({ settings, domains, secrets }: EnvironmentInputs): Variables {
  return {
    LOCAL_DOMAIN: domains.local,
    WEB_DOMAIN: domains.web,
    STREAMING_API_BASE_URL: `wss://${domains.streaming}`,
    DEFAULT_LOCALE: settings.locale,
    SECRET_KEY_BASE: secrets.secretKeyBase,
    ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: secrets.activeRecord.primaryKey,
    ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: secrets.activeRecord.deterministicKey,
    ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: secrets.activeRecord.keyDerivationSalt,
  };
}

/** Keys of push notifications. */
export function vapid({ secrets }: EnvironmentInputs): Variables {
  return { VAPID_PRIVATE_KEY: secrets.vapid.privateKey, VAPID_PUBLIC_KEY: secrets.vapid.publicKey };
}

/** A way into the database for any process; how TLS is asked for differs between Rails and Node. */
export function connection({ host, port, name, user, password }: DatabaseConnection): Variables {
  return {
    DB_HOST: host,
    DB_PORT: pulumi.output(port).apply(String),
    DB_NAME: name,
    DB_USER: user,
    DB_PASS: password,
  };
}

/** libpq verifies only when told both the mode and the authority; database.yml has no field for the latter. */
export const railsDatabaseTls: Variables = { DB_SSLMODE: "verify-full", PGSSLROOTCERT: databaseCaPath };

/**
 * A migration may build an index for an hour, and tootctl may clean for a night. libpq's options outrank the time limits of the role and of the
 * server; a pooler would not pass them on.
 */
export const withoutTimeLimits: Variables = {
  PGOPTIONS: "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
};

/** Each query of a transaction pool may meet another server connection, which does not know the prepared statement. */
export const throughPool: Variables = { PREPARED_STATEMENTS: "false" };

/** TLS comes only with a `rediss://` URL, and Mastodon's documentation asks for the Ruby driver with it. */
export function valkey({ valkey: { url, cacheUrl } }: EnvironmentInputs): Variables {
  return { REDIS_URL: url, CACHE_REDIS_URL: cacheUrl, REDIS_DRIVER: "ruby" };
}

/** Uploads. The content security policy learns the media host from `S3_ALIAS_HOST` alone. */
export function storage({ media }: EnvironmentInputs): Variables {
  return {
    S3_ENABLED: "true",
    S3_BUCKET: media.bucket,
    S3_REGION: media.region,
    S3_ENDPOINT: media.endpoint,
    S3_PROTOCOL: "https",
    S3_HOSTNAME: new URL(media.endpoint).host,
    S3_ALIAS_HOST: media.aliasHost,
    // Mastodon never retries by default, and Spaces answers "slow down" under load; 3 is the most its documentation advises.
    S3_RETRY_LIMIT: "3",
    AWS_ACCESS_KEY_ID: media.accessKeyId,
    AWS_SECRET_ACCESS_KEY: media.secretAccessKey,
  };
}

/** Where pages and mails load scripts, styles and pictures of the site from; pages allow it in their policy by themselves. */
export function assetHost({ assets }: EnvironmentInputs): Variables {
  return assets?.cdn === undefined ? {} : { CDN_HOST: assets.cdn };
}

/** The policy that pages are sent with; only web writes it. What the operator lists stays. */
export function extraMediaHosts({ media, settings }: EnvironmentInputs): Variables {
  if (media.extraHosts.length === 0) return {};
  const own = settings.environment["EXTRA_MEDIA_HOSTS"];
  return { EXTRA_MEDIA_HOSTS: [...media.extraHosts, ...(own === undefined ? [] : [own])].join(",") };
}

/** Where mail goes and whom it is from, without the login. */
export function mail({ mail: { host, port, from }, staging }: EnvironmentInputs): Variables {
  if (staging !== undefined) return { SMTP_FROM_ADDRESS: from };
  return { SMTP_SERVER: host, SMTP_PORT: String(port), SMTP_FROM_ADDRESS: from, ...mailEncryption(port) };
}

/** The login of whoever sends mail; a copy has none. */
export function mailLogin({ mail: { user, password }, staging }: EnvironmentInputs): Variables {
  return staging === undefined ? { SMTP_LOGIN: user, SMTP_PASSWORD: password } : {};
}

/** The operator's own variables that this process reads. */
export function further({ settings }: EnvironmentInputs, process: Process): Variables {
  return Object.fromEntries(Object.entries(settings.environment).filter(([name]) => isReadBy(name, process)));
}

/**
 * The replica is used as soon as its host is known. What is left out is taken from the primary: the login, which a replica shares, but also
 * the name, which there is a pool's. No pooler stands before it, so statements may be prepared.
 */
export function replica({ database }: EnvironmentInputs): Variables {
  if (database.replica === undefined) return {};
  const { host, port, name } = database.replica;
  return {
    REPLICA_DB_HOST: host,
    REPLICA_DB_PORT: pulumi.output(port).apply(String),
    REPLICA_DB_NAME: name,
    REPLICA_DB_TASKS: "false",
    REPLICA_PREPARED_STATEMENTS: "true",
  };
}

/** Full-text search. The scheme asks for TLS; the preset says how many copies an index has. */
export function search({ search: server }: EnvironmentInputs): Variables {
  if (server === undefined) return {};
  return {
    ES_ENABLED: "true",
    ES_HOST: pulumi.interpolate`https://${server.host}`,
    ES_PORT: pulumi.output(server.port).apply(String),
    ES_USER: server.user,
    ES_PASS: server.password,
    ES_PRESET: searchPreset(server.nodes),
  };
}

/** Copies need another node to lie on: without one the index stays yellow for ever (Mastodon's lib/chewy/index_extensions.rb). */
function searchPreset(nodes: number): string {
  if (nodes === 1) return "single_node_cluster";
  return nodes < 6 ? "small_cluster" : "large_cluster";
}
