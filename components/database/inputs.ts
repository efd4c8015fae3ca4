// PostgreSQL, Valkey and OpenSearch as plain provider inputs.
import type * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import type { PostgresqlSettings } from "./postgresql-settings.ts";
import type { OpensearchSettings, ValkeySettings } from "./settings.ts";

/** Where a database lives. */
export interface DatabasePlace {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
}

/** Who may connect. */
export interface TrustedSources {
  /** The cluster whose pods may connect. */
  readonly kubernetesId: pulumi.Input<string>;
  /** Droplets with one of these tags may connect too. */
  readonly trustedTags: readonly string[];
}

type AnySettings = PostgresqlSettings | ValkeySettings | OpensearchSettings;

const common = ({ region, vpcId, prefix }: DatabasePlace, settings: AnySettings) => ({
  region,
  version: settings.version,
  size: settings.size,
  nodeCount: settings.nodes,
  privateNetworkUuid: vpcId,
  maintenanceWindows: [{ day: settings.maintenance.day, hour: `${settings.maintenance.hour}:00` }],
  tags: [prefix],
});

export function postgresqlInputs(place: DatabasePlace, settings: PostgresqlSettings): digitalocean.DatabaseClusterArgs {
  const { storageGib, storageAutoscale, restoredFrom } = settings;
  return {
    ...common(place, settings),
    name: postgresqlName(place, settings),
    engine: "pg",
    storageSizeMib: storageGib === undefined ? undefined : String(storageGib * 1024),
    // The plugin sends this under another key than DigitalOcean's description names (facts section 6), so look into the panel after the first
    // `up` whether it took effect. The alarm on the disk's use rings in either case.
    storageAutoscale: storageAutoscale.enabled
      ? {
          enabled: true,
          thresholdPercent: storageAutoscale.thresholdPercent,
          incrementGib: storageAutoscale.incrementGib,
        }
      : { enabled: false },
    ...(restoredFrom && {
      backupRestore: { databaseName: restoredFrom.cluster, backupCreatedAt: restoredFrom.at },
    }),
  };
}

/** Physical name of the PostgreSQL cluster. */
function postgresqlName({ prefix }: Pick<DatabasePlace, "prefix">, { name }: Pick<PostgresqlSettings, "name">) {
  return name ?? `${prefix}-postgresql`;
}

/**
 * What the platform changes by itself: a disk that has grown would otherwise be told to shrink, which is refused. A larger disk than there
 * is can still be asked for.
 * @param heldMib the disk as the state has it, in MiB; nothing for a database that is not there yet
 */
export function postgresqlIgnored(
  { storageAutoscale, storageGib = 0 }: Pick<PostgresqlSettings, "storageAutoscale" | "storageGib">,
  heldMib = 0,
): string[] {
  return storageAutoscale.enabled && storageGib * 1024 <= heldMib ? ["storageSizeMib"] : [];
}

/** There is no statement time-out among these, so the migration job sets it for the application's user. */
export function parameterInputs(
  clusterId: pulumi.Input<string>,
  { parameters }: Pick<PostgresqlSettings, "parameters">,
): digitalocean.DatabasePostgresqlConfigArgs {
  return {
    clusterId,
    idleInTransactionSessionTimeout: parameters.idleInTransactionSeconds * 1000,
    logMinDurationStatement: parameters.logStatementsMilliseconds,
    logAutovacuumMinDuration: parameters.logAutovacuumMilliseconds,
  };
}

/** `noeviction` for jobs and feeds: Sidekiq loses jobs otherwise (facts/peers D5.1). */
export type EvictionPolicy = "noeviction" | "allkeys_lru";

export function valkeyInputs(
  place: DatabasePlace,
  use: string,
  settings: ValkeySettings,
  evictionPolicy: EvictionPolicy,
): digitalocean.DatabaseClusterArgs {
  return {
    ...common(place, settings),
    name: `${place.prefix}-valkey-${use}`,
    engine: "valkey",
    // Set here and not in DatabaseValkeyConfig too: the two spell it differently and would fight (D5.2).
    evictionPolicy,
  };
}

export function opensearchInputs(place: DatabasePlace, settings: OpensearchSettings): digitalocean.DatabaseClusterArgs {
  return { ...common(place, settings), name: `${place.prefix}-opensearch`, engine: "opensearch" };
}

/** Only the cluster and tagged droplets may connect; without any rule a database is open to the internet. */
export function trustedSources({
  kubernetesId,
  trustedTags,
}: TrustedSources): digitalocean.DatabaseFirewallArgs["rules"] {
  const tags = [...new Set(trustedTags)].toSorted();
  return [{ type: "k8s", value: kubernetesId }, ...tags.map((value) => ({ type: "tag", value }))];
}
