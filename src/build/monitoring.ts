// Builds what watches the server: checks from outside, alarms on machines and databases, and the watchdog inside.
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import { loadBalancerAlarms, machineAlarms } from "../../components/monitoring/alarms.ts";
import { Monitoring } from "../../components/monitoring/monitoring.ts";
import { ResourceAlarms, type Watched } from "../../components/monitoring/resource-alarms.ts";
import type { Targets } from "../../components/monitoring/targets.ts";
import { Watchdog } from "../../components/monitoring/watchdog.ts";
import { probeKey } from "../../components/storage/versioned-bucket.ts";
import type { Workers } from "../../components/workers/workers.ts";
import { secretOutput } from "../load-settings.ts";
import { providerOf } from "../providers.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import { placement } from "./server.ts";

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
  const watched = [...watchedInCluster(context, parts)];
  new ResourceAlarms("alarms", { prefix, targets, watched }, inMainAccount);
  buildWorkerAlarms(context, targets, parts.workers);
  buildWatchdog(context, parts);
}

function targetsOf({ settings: { monitoring, secrets } }: Context): Targets {
  const slack = Object.entries(monitoring.slack).flatMap(([name, { channel }]) => {
    const webhook = secrets.monitoring.slack[name];
    return webhook === undefined ? [] : [{ channel, url: secretOutput(webhook) }];
  });
  return { emails: monitoring.emails, slack };
}

/** The platform tags every node with its cluster's id, those that the autoscaler adds too (facts/digitalocean.md, MonitorAlert). */
function watchedInCluster({ settings }: Context, { compute, mastodon }: MonitoredParts): Watched[] {
  const { alarms } = settings.monitoring;
  const nodeTag = compute.cluster.clusterId.apply((id) => `k8s:${id}`);
  return [
    { key: "nodes", alarms: machineAlarms(alarms.nodes), covers: { tag: nodeTag } },
    { key: "load-balancer", alarms: loadBalancerAlarms(alarms.loadBalancer), covers: { id: mastodon.loadBalancerId } },
  ];
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
