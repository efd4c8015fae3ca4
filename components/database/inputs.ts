// PostgreSQL and Valkey as plain provider inputs.
import type * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import type { PostgresqlSettings, ValkeySettings } from "./settings.ts";

/** Where a database lives. */
export interface DatabasePlace {
  /** Prefix of physical names. */
  readonly prefix: string;
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
}

const common = ({ region, vpcId, prefix }: DatabasePlace, { maintenance }: PostgresqlSettings | ValkeySettings) => ({
  region,
  privateNetworkUuid: vpcId,
  maintenanceWindows: [{ day: maintenance.day, hour: `${maintenance.hour}:00` }],
  tags: [prefix],
});

export function postgresqlInputs(place: DatabasePlace, settings: PostgresqlSettings): digitalocean.DatabaseClusterArgs {
  return {
    ...common(place, settings),
    name: `${place.prefix}-postgresql`,
    engine: "pg",
    version: settings.version,
    size: settings.size,
    nodeCount: settings.nodes,
    storageSizeMib: String(settings.storageGib * 1024),
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
    version: settings.version,
    size: settings.size,
    nodeCount: settings.nodes,
    // Set here and not in DatabaseValkeyConfig too: the two spell it differently and would fight (D5.2).
    evictionPolicy,
  };
}

/** Only the cluster may connect; without any rule a database is open to the internet. */
export function trustedSources(kubernetesId: pulumi.Input<string>): digitalocean.DatabaseFirewallArgs["rules"] {
  return [{ type: "k8s", value: kubernetesId }];
}
