// Builds the databases beside the cluster.
import type { LogSinkCredentials } from "../../components/database/log-sink.ts";
import { Opensearch } from "../../components/database/opensearch.ts";
import { Postgresql } from "../../components/database/postgresql.ts";
import type { PoolSizes } from "../../components/database/pools.ts";
import { Valkey } from "../../components/database/valkey.ts";
import type { Existing } from "../../policies/destruction.ts";
import { secretOutput } from "../load-settings.ts";
import { placeName } from "../names.ts";
import { poolSizes } from "../plans/connections/budget.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";

export type Databases = ReturnType<typeof buildDatabases>;

/** @param saved the stack's resources as the last update or refresh left them */
export function buildDatabases(context: Context, { network, cluster }: Compute, saved: readonly Existing[]) {
  const { settings, inMainAccount } = context;
  const { protect, database } = settings;
  const { valkey, opensearch, trustedTags } = database;
  const { region } = settings.network;
  const place = {
    prefix: placeName(settings),
    region,
    vpcId: network.vpcId,
    kubernetesId: cluster.clusterId,
    trustedTags,
    protect,
  };
  const postgresql = new Postgresql(
    "postgresql",
    {
      ...place,
      settings: database.postgresql,
      poolSizes: poolSizes(settings),
      previousPoolSizes: previousPoolSizes(context),
      heldStorageMib: heldStorageMib(saved),
      logSinkCredentials: logSinkCredentials(context),
    },
    inMainAccount,
  );
  const queue = new Valkey(
    "valkey-queue",
    { ...place, use: "queue", settings: valkey.queue, evictionPolicy: "noeviction", persistent: true },
    inMainAccount,
  );
  const cache = valkey.cache.enabled
    ? new Valkey(
        "valkey-cache",
        { ...place, use: "cache", settings: valkey.cache, evictionPolicy: "allkeys_lru", persistent: false },
        inMainAccount,
      )
    : undefined;
  const search = opensearch
    ? new Opensearch("opensearch", { ...place, settings: opensearch }, inMainAccount)
    : undefined;
  return {
    postgresql,
    queue,
    cache,
    search,
    /** All clusters with their DigitalOcean ids, by what they are for; for alerts and the project. */
    clusters: {
      postgresql,
      "valkey-queue": queue,
      ...(cache && { "valkey-cache": cache }),
      ...(search && { opensearch: search }),
    },
  };
}

function logSinkCredentials({ settings }: Context): LogSinkCredentials {
  const { user, password, caCertificate, clientCertificate, clientKey } = settings.secrets.database.logSink;
  const secret = (value: typeof user) => value && secretOutput(value);
  return {
    user: secret(user),
    password: secret(password),
    caCertificate: secret(caCertificate),
    clientCertificate: secret(clientCertificate),
    clientKey: secret(clientKey),
  };
}

/** Sizes after the last update; a stack of an earlier contract or a new one tells nothing. */
function previousPoolSizes({ previous }: Context): Partial<PoolSizes> {
  const pools = previous.database?.pools;
  return pools ? { web: pools.web.size, sidekiq: pools.sidekiq.size, streaming: pools.streaming.size } : {};
}

/** PostgreSQL's disk, which the platform may have let grow. */
function heldStorageMib(saved: readonly Existing[]): number | undefined {
  const database = saved.find(({ name }) => name === "postgresql-cluster");
  const held = Number(database?.outputs["storageSizeMib"]);
  return Number.isNaN(held) ? undefined : held;
}
