// What can be reached on the tailnet: each thing with the tags that serve it and the TCP ports, and nothing else exists.
import { exporterPort } from "../mastodon/environment/exporter.ts";

/** Names of what can be reached, as settings write them. */
export const targetNames = [
  "kubernetes",
  "database",
  "valkey",
  "metrics",
  "ssh",
  "kansas-city",
  "backup-metrics",
] as const;

export type TargetName = (typeof targetNames)[number];

/** One tag's one TCP port. */
export interface Place {
  readonly tag: string;
  readonly port: number;
}

export interface Target {
  readonly name: TargetName;
  /** For people. */
  readonly title: string;
  readonly places: readonly Place[];
  /** Reached by Tailscale SSH too, which needs a rule of its own besides the port (tailscale.com/kb/1193). */
  readonly login?: true;
  /** Reached through the API server's proxy, which acts in Kubernetes for a group of its own for each kind of subject. */
  readonly impersonates?: true;
}

/** Tags of the machines of which there is one kind. Tags of workers come from {@link workerTag}. */
export const tags = {
  kubernetes: "tag:kubernetes",
  gateway: "tag:gateway",
  ci: "tag:ci",
  monitoring: "tag:monitoring",
  kansasCity: "tag:kansas-city",
  /** Of the stack's own credential: it owns the other tags, so that it may give them to new machines. */
  stack: "tag:stack",
} as const;

/** A worker's own tag: what one may reach, and what is taken away with it, is no other worker's. */
export function workerTag(worker: string): string {
  return `tag:worker-${worker}`;
}

/**
 * Ports that the gateway forwards, and no others: to the connection pool, to Valkey, to the cache where it is a Valkey of its own, and to where
 * backups leave their metrics.
 */
export const gatewayPorts = { database: 6432, valkey: 6379, valkeyCache: 6380, pushgateway: 9091 } as const;

/** Of Mastodon's exporter in a worker, and of the node exporter on the Kansas City host (their projects' defaults). */
const metricsPorts = { worker: exporterPort, kansasCity: 9100 } as const;

const sshPort = 22;

function at(port: number, on: readonly string[]): Place[] {
  return on.map((tag) => ({ tag, port }));
}

/** What there is on the tailnet besides people. */
export interface Machines {
  /** Names of the workers outside the cluster. */
  readonly workers: readonly string[];
  /** Whether the cache is a Valkey of its own. */
  readonly valkeyCache: boolean;
  /** Whether the host in Kansas City keeps a copy of the backups. */
  readonly kansasCity: boolean;
  /** Whether that host may tell the cluster's metrics when it has succeeded. */
  readonly backupMetrics: boolean;
}

/** Everything that can be reached. */
export function targetsOf({ workers, valkeyCache, kansasCity, backupMetrics }: Machines): readonly Target[] {
  const workerTags = workers.toSorted().map(workerTag);
  const host = kansasCity ? [tags.kansasCity] : [];
  return [
    { name: "kubernetes", title: "Kubernetes API", places: at(443, [tags.kubernetes]), impersonates: true },
    { name: "database", title: "database pool", places: at(gatewayPorts.database, [tags.gateway]) },
    {
      name: "valkey",
      title: "Valkey",
      places: [
        ...at(gatewayPorts.valkey, [tags.gateway]),
        ...(valkeyCache ? at(gatewayPorts.valkeyCache, [tags.gateway]) : []),
      ],
    },
    {
      name: "metrics",
      title: "metrics of workers and hosts",
      places: [...at(metricsPorts.worker, workerTags), ...at(metricsPorts.kansasCity, host)],
    },
    { name: "ssh", title: "ssh on a worker", places: at(sshPort, workerTags), login: true },
    { name: "kansas-city", title: "ssh on the Kansas City host", places: at(sshPort, host), login: true },
    {
      name: "backup-metrics",
      title: "metrics of backups",
      places: backupMetrics ? at(gatewayPorts.pushgateway, [tags.gateway]) : [],
    },
  ];
}
