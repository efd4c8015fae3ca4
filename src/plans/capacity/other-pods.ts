// What runs in the cluster besides Mastodon's own workloads: optional services, each counted only where the settings switch it on.
import { metricsServerName, operatorName } from "../../../components/autoscaling/keda/names.ts";
import { purgeName, purgeResources } from "../../../components/cdn/purge-bridge/pod.ts";
import { systemDeployments } from "../../../components/kubernetes/system-workloads.ts";
import { podRequests } from "../../../components/mastodon/demand.ts";
import { alertmanagerName, prometheusName } from "../../../components/metrics/pods.ts";
import { pushgatewayName } from "../../../components/metrics/pushgateway-address.ts";
import { watchdogName, watchdogResources } from "../../../components/monitoring/watchdog-pod.ts";
import { copyResources, stagingCopyName } from "../../../components/staging/copy-job.ts";
import { gatewayPods } from "../../../components/tailnet/gateway/names.ts";
import { hasGateway } from "../../../components/tailnet/gateway/settings.ts";
import { kubectlPods } from "../../../components/tailnet/kubectl/names.ts";
import { grantsResources } from "../../../components/mastodon/grants/job.ts";
import { grantsRole } from "../../../components/workers/grants/worker-grants.ts";
import { tellsBackupMetrics } from "../../rules/tailnet.ts";
import type { Settings } from "../../settings-schema.ts";
import type { PlannedPods } from "./pods.ts";

/** The settings that switch other pods on. */
export type OtherPodsSettings = Pick<
  Settings,
  "autoscaling" | "backups" | "cdn" | "certificates" | "metrics" | "secrets" | "staging" | "tailnet" | "workers"
>;

/** cert-manager v1.21.2's requests (components/certificates/cert-manager), and those of the pod that answers a challenge. */
const certManager: readonly PlannedPods[] = [
  { name: "cert-manager", millicores: 20, memoryMib: 96, atRest: 1, atPeak: 2 },
  { name: "cert-manager-cainjector", millicores: 10, memoryMib: 96, atRest: 1, atPeak: 2 },
  { name: "cert-manager-webhook", millicores: 10, memoryMib: 48, atRest: 1, atPeak: 2 },
  { name: "cm-acme-http-solver", millicores: 10, memoryMib: 64, atRest: 0, atPeak: 2 },
];

/** Pods that name no pool, so that taints keep them on the system pool: the platform's own, and cert-manager. */
export function poollessPods({ certificates }: Pick<OtherPodsSettings, "certificates">): PlannedPods[] {
  const platform = systemDeployments.map(({ name, millicores, memoryMib, replicas }) => ({
    name,
    millicores,
    memoryMib,
    atRest: replicas,
    atPeak: replicas,
  }));
  return certificates.kind === "acme" ? [...platform, ...certManager] : platform;
}

/** Pods beside Mastodon's that name one of its pools. */
export function neighbourPods(
  wanted: "web" | "sidekiq",
  { autoscaling, backups, cdn, metrics, secrets, staging, tailnet, workers }: OtherPodsSettings,
): PlannedPods[] {
  if (wanted === "web") {
    const watched = secrets.monitoring.heartbeats.watchdog !== undefined;
    return [
      ...(watched ? [{ name: watchdogName, ...podRequests(watchdogResources), atRest: 0, atPeak: 1 }] : []),
      ...(metrics.enabled ? metricsPods(metrics.resources, backups.enabled) : []),
      ...(autoscaling.enabled ? kedaPods(autoscaling.resources) : []),
    ];
  }
  return [
    ...(cdn.purge.enabled ? [{ name: purgeName, ...podRequests(purgeResources), atRest: 1, atPeak: 1 }] : []),
    ...(staging ? [{ name: stagingCopyName, ...podRequests(copyResources), atRest: 0, atPeak: 1 }] : []),
    ...(Object.keys(workers).length > 0
      ? [{ name: grantsRole, ...podRequests(grantsResources), atRest: 0, atPeak: 1 }]
      : []),
    // The old pod of each ends before its new one starts.
    ...(hasGateway(tailnet, {
      workers: Object.keys(workers),
      backupMetrics: tellsBackupMetrics({ tailnet, backups, metrics }),
    })
      ? gatewayPods.map((name) => ({ name, ...podRequests(tailnet.gateway.resources), atRest: 1, atPeak: 1 }))
      : []),
    ...(tailnet.kubectl.enabled
      ? kubectlPods.map((name) => ({ name, ...podRequests(tailnet.kubectl.resources), atRest: 1, atPeak: 1 }))
      : []),
  ];
}

/** The old pod of each ends before its new one starts. */
function metricsPods(
  { prometheus, alertmanager, pushgateway }: Settings["metrics"]["resources"],
  backups: boolean,
): PlannedPods[] {
  return [
    { name: prometheusName, ...podRequests(prometheus), atRest: 1, atPeak: 1 },
    { name: alertmanagerName, ...podRequests(alertmanager), atRest: 1, atPeak: 1 },
    ...(backups ? [{ name: pushgatewayName, ...podRequests(pushgateway), atRest: 1, atPeak: 1 }] : []),
  ];
}

/** A roll starts the new pod of each before the old one ends. */
function kedaPods({ operator, metricsServer }: Settings["autoscaling"]["resources"]): PlannedPods[] {
  return [
    { name: operatorName, ...podRequests(operator), atRest: 1, atPeak: 2 },
    { name: metricsServerName, ...podRequests(metricsServer), atRest: 1, atPeak: 2 },
  ];
}
