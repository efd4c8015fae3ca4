// Builds the Mastodon server in the cluster.
import { scaledWorkloads } from "../../components/autoscaling/targets.ts";
import type { PoolName } from "../../components/database/pools.ts";
import type { Postgresql } from "../../components/database/postgresql.ts";
import { extraMediaHosts, redirectedMediaHost } from "../../components/cdn/media-move/hosts.ts";
import type { PurgeAccess } from "../../components/cdn/purge-bridge/access.ts";
import { purgeUrl } from "../../components/cdn/purge-bridge/pod.ts";
import type { DatabaseConnection, MastodonArgs, Placement } from "../../components/mastodon/args.ts";
import { Mastodon } from "../../components/mastodon/mastodon.ts";
import { postgresqlImages } from "../../components/mastodon/versions.ts";
import { poolKey, poolTaints } from "../../components/kubernetes/inputs.ts";
import type { NodePoolSettings } from "../../components/kubernetes/settings.ts";
import type { Ses } from "../../components/mail/ses.ts";
import { secretOutput } from "../load-settings.ts";
import { mastodonSecrets } from "../mastodon-secrets.ts";
import { placeName } from "../names.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import { tlsArgs } from "./edge-certificate.ts";
import { mailLogin } from "./mail.ts";
import type { Storage } from "./storage.ts";
import type { Zoned } from "./zone.ts";

/** The S3 endpoint of a Spaces region. */
function spacesEndpoint(region: string): string {
  return `https://${region}.digitaloceanspaces.com`;
}

/** Pods that name the pool, and stand all of its taints. */
export function placement(pool: string, settings: NodePoolSettings | undefined): Placement {
  return {
    nodeSelector: { [poolKey]: pool },
    tolerations: settings ? poolTaints(pool, settings) : [],
  };
}

function mediaArgs({ settings }: Context, { media: { bucket, key } }: Storage): MastodonArgs["media"] {
  const { region } = settings.storage.media;
  return {
    bucket: bucket.bucket,
    region,
    endpoint: spacesEndpoint(region),
    accessKeyId: key.accessKeyId,
    secretAccessKey: key.secretAccessKey,
    aliasHost: settings.domains.media,
    extraHosts: extraMediaHosts(settings),
    formerHost: redirectedMediaHost(settings),
  };
}

/** Nothing where scripts and styles stay in the pods. CloudFront sends every file with the header that lets pages of another host read it. */
function assetsArgs({ settings, buckets }: Context, { assets: { bucket, key } }: Storage): MastodonArgs["assets"] {
  if (key === undefined) return undefined;
  const { region } = settings.storage.assets;
  const endpoint = spacesEndpoint(region);
  const throughCdn = settings.mastodon.assets.cdn ?? settings.cdn.kind === "cloudfront";
  return {
    bucket: bucket.bucket,
    region,
    endpoint,
    accessKeyId: key.accessKeyId,
    secretAccessKey: key.secretAccessKey,
    host: `${buckets.assets}.${new URL(endpoint).host}`,
    cdn: throughCdn ? `https://${settings.domains.assets}` : undefined,
  };
}

/** Nothing where the settings want no dump before a migration. */
function dumpArgs({ settings, buckets }: Context, { backups: { upgradesKey } }: Storage): MastodonArgs["dump"] {
  if (upgradesKey === undefined) return undefined;
  const { region } = settings.storage.backups;
  return {
    image: postgresqlImages[settings.database.postgresql.version],
    server: settings.name,
    bucket: buckets.backups,
    region,
    endpoint: spacesEndpoint(region),
    accessKeyId: upgradesKey.accessKeyId,
    secretAccessKey: upgradesKey.secretAccessKey,
  };
}

/** Nothing where this is a server of its own. The rules see to it that the key is there. */
function stagingArgs({ settings }: Context): MastodonArgs["staging"] {
  const { staging, domains, database, secrets } = settings;
  if (staging === undefined || secrets.staging === undefined) return undefined;
  const { domain, web = domain, region } = staging.source;
  return {
    settings: staging,
    names: { source: [...new Set([domain, web])], web: domains.web },
    image: postgresqlImages[database.postgresql.version],
    endpoint: spacesEndpoint(region),
    accessKeyId: secretOutput(secrets.staging.accessKeyId),
    secretAccessKey: secretOutput(secrets.staging.secretAccessKey),
  };
}

/** Clients of a pool give its name in place of the database's. */
function pooled({ host, pools, app }: Postgresql, pool: PoolName): DatabaseConnection {
  const { name, port } = pools[pool];
  return { host, port, name, ...app };
}

export interface ServerParts {
  readonly compute: Compute;
  readonly databases: Databases;
  readonly zoned: Zoned;
  readonly storage: Storage;
  readonly mail: Ses;
  /** Credentials of the purge service; none where it is off. */
  readonly purge: PurgeAccess | undefined;
}

/** Sidekiq runs with the web pods where it has no pool of its own. */
export function sidekiqPlacement({ kubernetes: { pools } }: Context["settings"]): Placement {
  const pool = "sidekiq" in pools ? "sidekiq" : "web";
  return placement(pool, pools[pool]);
}

export function buildMastodon(context: Context, parts: ServerParts): Mastodon {
  return new Mastodon("mastodon", mastodonArgs(context, parts));
}

/** All that the server is told; workers outside the cluster are told most of it too. */
export function mastodonArgs(context: Context, parts: ServerParts): MastodonArgs {
  const { compute, databases, zoned, storage, mail, purge } = parts;
  const { settings, providers } = context;
  const { postgresql, queue, cache, search } = databases;
  const { pools } = settings.kubernetes;
  return {
    settings: settings.mastodon,
    provider: compute.kubernetes,
    randomProvider: providers.random,
    tlsProvider: providers.tls,
    domains: settings.domains,
    network: { vpc: settings.network.ipRange, pods: settings.kubernetes.clusterSubnet },
    database: {
      pools: {
        web: pooled(postgresql, "web"),
        sidekiq: pooled(postgresql, "sidekiq"),
        streaming: pooled(postgresql, "streaming"),
      },
      direct: { host: postgresql.host, port: postgresql.port, name: postgresql.database, ...postgresql.app },
      admin: postgresql.admin,
      caCertificate: postgresql.caCertificate,
      statementSeconds: settings.database.postgresql.parameters.statementSeconds,
      replica: postgresql.replica && {
        host: postgresql.replica.host,
        port: postgresql.replica.port,
        name: postgresql.replica.database,
      },
    },
    valkey: { url: queue.url, cacheUrl: cache?.url, ports: cache ? [queue.port, cache.port] : [queue.port] },
    search,
    media: mediaArgs(context, storage),
    assets: assetsArgs(context, storage),
    dump: dumpArgs(context, storage),
    staging: stagingArgs(context),
    mail: mailLogin(context, mail),
    loadBalancer: {
      name: placeName(settings),
      ipv6: settings.dns.ipv6,
      tls: tlsArgs(context, zoned),
    },
    pools: { web: placement("web", pools["web"]), sidekiq: sidekiqPlacement(settings) },
    cachePurge: purge && { url: purgeUrl, secret: purge.secret },
    scaled:
      settings.autoscaling.enabled && !settings.mastodon.stopped
        ? scaledWorkloads(settings.mastodon).map(({ name }) => name)
        : [],
    metrics: settings.metrics.enabled ? { exporter: settings.metrics.resources.exporter } : undefined,
    ...mastodonSecrets(settings.secrets.mastodon),
    protect: settings.protect,
  };
}
