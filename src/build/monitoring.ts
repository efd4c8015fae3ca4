// Builds what watches the server: checks from outside, alarms on machines and databases, and the watchdog inside.
import type { Output } from "@pulumi/pulumi";
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import {
  type AlarmPlan,
  loadBalancerAlarms,
  machineAlarms,
  opensearchAlarms,
  postgresqlAlarms,
  valkeyAlarms,
} from "../../components/monitoring/alarms.ts";
import { Monitoring } from "../../components/monitoring/monitoring.ts";
import { ResourceAlarms, type Watched } from "../../components/monitoring/resource-alarms.ts";
import type { Targets } from "../../components/monitoring/targets.ts";
import { watchdogName } from "../../components/monitoring/watchdog-pod.ts";
import { Watchdog } from "../../components/monitoring/watchdog.ts";
import type { WorkloadEntry } from "../../components/mastodon/workload-list.ts";
import { probeKey } from "../../components/storage/inputs.ts";
import type { Workers } from "../../components/workers/workers.ts";
import { secretOutput } from "../load-settings.ts";
import { providerOf } from "../providers.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import { placement } from "./server.ts";
import { slackChannels } from "./slack.ts";

export interface MonitoredParts {
  readonly compute: Compute;
  readonly databases: Databases;
  readonly mastodon: Mastodon;
  /** By account. */
  readonly workers: ReadonlyMap<string, Workers>;
}

export function buildMonitoring(context: Context, parts: MonitoredParts): void {
  const { settings, inMainAccount } = context;
  const { name: prefix, domains: hosts, monitoring } = settings;
  const targets = targetsOf(context);
  new Monitoring("monitoring", { prefix, hosts, probePath: probeKey, settings: monitoring, targets }, inMainAccount);
  const watched = [...watchedInCluster(context, parts), ...watchedDatabases(context, parts.databases)];
  new ResourceAlarms("alarms", { prefix, targets, watched }, inMainAccount);
  buildWorkerAlarms(context, targets, parts.workers);
  buildWatchdog(context, parts);
}

function targetsOf(context: Context): Targets {
  const slack = slackChannels(context).map(({ channel, url }) => ({ channel, url }));
  return { emails: context.settings.monitoring.emails, slack };
}

/** The platform tags every node with its cluster's id, those that the autoscaler adds too (facts/digitalocean.md, MonitorAlert). */
function watchedInCluster({ settings }: Context, { compute, mastodon }: MonitoredParts): Watched[] {
  const { alarms } = settings.monitoring;
  const nodeTag = compute.cluster.clusterId.apply((id) => `k8s:${id}`);
  const balancer = loadBalancerAlarms(alarms.loadBalancer);
  return [
    { key: "nodes", alarms: machineAlarms(alarms.nodes), covers: { tag: nodeTag } },
    ...(balancer.length === 0
      ? []
      : [{ key: "load-balancer", alarms: balancer, covers: { id: mastodon.loadBalancerId } }]),
  ];
}

/** A replica is measured like a cluster, under an id of its own. */
function watchedDatabases({ settings }: Context, { postgresql, queue, cache, search }: Databases): Watched[] {
  const { alarms } = settings.monitoring;
  const { size, replica } = settings.database.postgresql;
  const primary = postgresqlAlarms(alarms.postgresql, size);
  const follower = postgresqlAlarms(alarms.postgresql, replica?.size ?? size);
  return [
    watchedCluster("postgresql", primary, postgresql),
    watchedCluster("postgresql-replica", follower, postgresql.replica),
    watchedCluster("valkey-queue", valkeyAlarms(alarms.valkey.queue), queue),
    watchedCluster("valkey-cache", valkeyAlarms(alarms.valkey.cache), cache),
    watchedCluster("opensearch", opensearchAlarms(alarms.opensearch), search),
  ].flat();
}

/** Nothing where the stack has no such cluster. */
function watchedCluster(
  key: string,
  alarms: readonly AlarmPlan[],
  cluster: { readonly clusterId: Output<string> } | undefined,
): Watched[] {
  return cluster === undefined ? [] : [{ key, alarms, covers: { id: cluster.clusterId } }];
}

/** Alarms belong to the account of the machines, whose team the addresses must be members of. */
function buildWorkerAlarms(
  { settings, providers }: Context,
  targets: Targets,
  workers: ReadonlyMap<string, Workers>,
): void {
  const alarms = machineAlarms(settings.monitoring.alarms.workers);
  for (const [account, { tag }] of workers)
    new ResourceAlarms(
      `alarms-workers-${account}`,
      { prefix: settings.name, targets, watched: [{ key: "workers", alarms, covers: { tag } }] },
      { providers: [providerOf(providers.digitalocean, account)] },
    );
}

/** What the watchdog is in the list of everything that runs. */
export function watchdogWorkloads({ settings }: Context): WorkloadEntry[] {
  if (settings.secrets.monitoring.heartbeats.watchdog === undefined) return [];
  return [{ namespace: namespaceName, name: watchdogName, kind: "CronJob", process: watchdogName, replicas: 1 }];
}

/** Only where somebody listens. */
function buildWatchdog({ settings }: Context, { compute, mastodon }: MonitoredParts): void {
  const heartbeat = settings.secrets.monitoring.heartbeats.watchdog;
  if (heartbeat === undefined) return;
  new Watchdog("watchdog", {
    provider: compute.kubernetes,
    namespace: mastodon.namespace,
    image: settings.mastodon.images.edge,
    minutes: settings.monitoring.watchdogMinutes,
    placement: placement("web", settings.kubernetes.pools["web"]),
    heartbeatUrl: secretOutput(heartbeat),
  });
}
