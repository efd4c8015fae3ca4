// Builds what measures the server from inside, where the settings want it.
import { watchedBackups } from "../../components/backups/watched.ts";
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import type { WorkloadEntry } from "../../components/mastodon/workload-list.ts";
import { Metrics } from "../../components/metrics/metrics.ts";
import { alertmanagerName, prometheusName } from "../../components/metrics/pods.ts";
import { pushgatewayName } from "../../components/metrics/pushgateway-address.ts";
import type { Ses } from "../../components/mail/ses.ts";
import { machinesOf } from "../rules/tailnet.ts";
import { secretOutput } from "../load-settings.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import { mailLogin } from "./mail.ts";
import { placement } from "./server.ts";
import { slackChannels } from "./slack.ts";

export interface MeasuredParts {
  readonly compute: Compute;
  readonly mail: Ses;
  readonly mastodon: Mastodon;
}

/** What runs for it, in the list of everything that runs. */
export function metricsWorkloads({ settings }: Context): WorkloadEntry[] {
  if (!settings.metrics.enabled) return [];
  const pushgateway = settings.backups.enabled ? [pushgatewayName] : [];
  return [prometheusName, alertmanagerName, ...pushgateway].map((name) => ({
    namespace: namespaceName,
    name,
    kind: "Deployment",
    process: name,
    replicas: 1,
  }));
}

export function buildMetrics(context: Context, { compute, mail, mastodon }: MeasuredParts): void {
  const { settings } = context;
  if (!settings.metrics.enabled) return;
  const { heartbeats } = settings.secrets.monitoring;
  const { backupMetrics } = machinesOf(settings);
  new Metrics("metrics", {
    settings: settings.metrics,
    provider: compute.kubernetes,
    namespace: mastodon.namespace,
    placement: placement("web", settings.kubernetes.pools["web"]),
    backups: watchedBackups(settings.backups, backupMetrics),
    backupsFromTailnet: backupMetrics,
    workloads: mastodon.workloads.filter(({ kind }) => kind === "Deployment"),
    receivers: {
      emails: settings.monitoring.emails,
      mail: mailLogin(context, mail),
      slack: slackChannels(context),
      heartbeatUrl: heartbeats.alerts && secretOutput(heartbeats.alerts),
    },
  });
}
