// The whole environment of each process: only what that process reads.
import { cachePurgeSidekiqVariables, cachePurgeVariables } from "../cache-purge.ts";
import {
  assetHost,
  connection,
  extraMediaHosts,
  further,
  identity,
  mail,
  mailLogin,
  railsDatabaseTls,
  replica,
  search,
  storage,
  throughPool,
  valkey,
  vapid,
  withoutTimeLimits,
} from "./rails.ts";
import { type Environment, environmentOf } from "./environment.ts";
import { sidekiqExporterVariables, webExporterVariables } from "./exporter.ts";
import { databaseCaPath, type EnvironmentInputs } from "./inputs.ts";
import { stagingVariables } from "./staging.ts";
import { trustedProxies } from "./trusted-proxies.ts";

/** Puma: pages, the API, what other servers deliver. It renders no mail, so it gets no mail login. */
export function webEnvironment(inputs: EnvironmentInputs): Environment {
  const { settings, network, database } = inputs;
  return environmentOf("web", {
    ...further(inputs, "web"),
    ...identity(inputs),
    ...vapid(inputs),
    ...connection(database.pools.web),
    ...railsDatabaseTls,
    ...throughPool,
    ...replica(inputs),
    ...valkey(inputs),
    ...search(inputs),
    ...storage(inputs),
    ...assetHost(inputs),
    ...mail(inputs),
    ...extraMediaHosts(inputs),
    ...cachePurgeVariables(inputs.cachePurge),
    ...webExporterVariables(inputs.metrics !== undefined),
    ...stagingVariables(inputs),
    TRUSTED_PROXY_IP: trustedProxies(network, settings.trustedProxies).join(","),
    WEB_CONCURRENCY: String(settings.web.workers),
    MAX_THREADS: String(settings.web.threads),
  });
}

/** Sidekiq: everything in the background, mail included. Threads and queues are arguments of each group. */
export function sidekiqEnvironment(inputs: EnvironmentInputs): Environment {
  return environmentOf("sidekiq", {
    ...further(inputs, "sidekiq"),
    ...identity(inputs),
    ...vapid(inputs),
    ...connection(inputs.database.pools.sidekiq),
    ...railsDatabaseTls,
    ...throughPool,
    ...replica(inputs),
    ...valkey(inputs),
    ...search(inputs),
    ...storage(inputs),
    ...assetHost(inputs),
    ...mail(inputs),
    ...cachePurgeSidekiqVariables(inputs.cachePurge),
    ...sidekiqExporterVariables(inputs.metrics !== undefined),
    ...mailLogin(inputs),
    ...stagingVariables(inputs),
  });
}

/** Streaming: no key, no bucket, no mail. For Node, `require` means full verification, against the extra authority. */
export function streamingEnvironment(inputs: EnvironmentInputs): Environment {
  const { settings, network, database } = inputs;
  return environmentOf("streaming", {
    ...connection(database.pools.streaming),
    DB_SSLMODE: "require",
    NODE_EXTRA_CA_CERTS: databaseCaPath,
    DB_POOL: String(settings.streaming.connections),
    REDIS_URL: inputs.valkey.url,
    TRUSTED_PROXY_IP: trustedProxies(network, settings.trustedProxies).join(","),
  });
}

/** Migrations and tootctl: past the pools, because migrations hold advisory locks, and without the replica, because they write. */
export function jobsEnvironment(inputs: EnvironmentInputs): Environment {
  return environmentOf("jobs", {
    ...further(inputs, "jobs"),
    ...identity(inputs),
    ...connection(inputs.database.direct),
    ...railsDatabaseTls,
    ...withoutTimeLimits,
    ...valkey(inputs),
    ...search(inputs),
    ...storage(inputs),
    ...assetHost(inputs),
    ...cachePurgeVariables(inputs.cachePurge),
    ...stagingVariables(inputs),
  });
}
