// Prometheus and Alertmanager beside Mastodon, with their rules and with dashboards for whoever runs Grafana.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../mastodon/args.ts";
import { checksumOf } from "../mastodon/checksum.ts";
import { namespaceName } from "../mastodon/kubernetes/namespace.ts";
import { createAccount, createPolicies, unawaited } from "../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../mastodon/kubernetes/scope.ts";
import { type Receivers, alertmanagerFiles } from "./alertmanager-files.ts";
import { dashboards } from "./dashboards/dashboards.ts";
import { createDeployment, createService } from "./objects.ts";
import {
  alertmanagerDeployment,
  alertmanagerName,
  alertmanagerPort,
  prometheusDeployment,
  prometheusName,
  prometheusPort,
  retentionMib,
  volumeClaim,
} from "./pods.ts";
import { apiServerPolicy, metricsPolicies } from "./policies.ts";
import { pushgatewayDeployment, pushgatewayPolicies } from "./pushgateway.ts";
import { pushgatewayName, pushgatewayPort } from "./pushgateway-address.ts";
import type { WatchedBackup } from "./rules/backups.ts";
import { ruleFile, ruleGroups } from "./rules/rules.ts";
import type { WatchedWorkload } from "./rules/targets.ts";
import { configurationFile, prometheusConfiguration, rulesFile } from "./scrape.ts";
import type { MetricsSettings } from "./settings.ts";

export interface MetricsArgs {
  readonly settings: MetricsSettings;
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  /** Mastodon's namespace. */
  readonly namespace: pulumi.Input<string>;
  readonly placement: Placement;
  /** What should run. */
  readonly workloads: readonly WatchedWorkload[];
  /** Tasks of backups that push their news; without any there is no Pushgateway. */
  readonly backups: readonly WatchedBackup[];
  /** Whether one of them runs outside and pushes through the tailnet's gateway. */
  readonly backupsFromTailnet: boolean;
  readonly receivers: Receivers;
}

/** Watches the server from inside: scrapes every pod, evaluates the rules and tells operators. */
export class Metrics extends pulumi.ComponentResource {
  constructor(name: string, args: MetricsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:metrics:Metrics", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const limits = [...createFlows(scope, args.receivers.mail.port), ...createAccounts(scope)];

    const secret = createReceivers(scope, args);
    const alertmanager = createDeployment(
      scope,
      alertmanagerName,
      alertmanagerDeployment({ ...args, ...secret }),
      limits,
    );
    createService(scope, alertmanagerName, alertmanagerPort, alertmanager);

    const volume = createVolume(scope, args.settings);
    const configuration = createConfiguration(scope, args);
    const prometheus = createDeployment(scope, prometheusName, prometheusDeployment({ ...args, ...configuration }), [
      ...limits,
      volume,
    ]);
    createService(scope, prometheusName, prometheusPort, prometheus);
    if (args.backups.length > 0) createPushgateway(scope, args);
    createDashboards(scope, args);
    this.registerOutputs();
  }
}

function createFlows(scope: Scope, mailPort: number): pulumi.Resource[] {
  const native = createPolicies(scope, metricsPolicies(mailPort));
  const api = new kubernetes.apiextensions.CustomResource(
    `${scope.name}-api-server-policy`,
    {
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: named(scope, "prometheus-to-api-server"),
      spec: apiServerPolicy,
    },
    childOf(scope),
  );
  return [...native, api];
}

/** Prometheus may read pods, in Mastodon's namespace alone; Alertmanager may do nothing. */
function createAccounts(scope: Scope): pulumi.Resource[] {
  const accounts = [prometheusName, alertmanagerName].map((account) =>
    createAccount(scope, named(scope, account), `${account}-account`),
  );
  const metadata = named(scope, prometheusName);
  const role = new kubernetes.rbac.v1.Role(
    `${scope.name}-reader`,
    { metadata, rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] }] },
    childOf(scope),
  );
  const binding = new kubernetes.rbac.v1.RoleBinding(
    `${scope.name}-reader-binding`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: prometheusName },
      subjects: [{ kind: "ServiceAccount", name: prometheusName, namespace: scope.namespace }],
    },
    childOf(scope, [role]),
  );
  return [...accounts, binding];
}

/** Where the jobs that make and prove backups leave their news. */
function createPushgateway(scope: Scope, args: MetricsArgs): void {
  const limits = createPolicies(scope, pushgatewayPolicies(args.backupsFromTailnet));
  const account = createAccount(scope, named(scope, pushgatewayName), `${pushgatewayName}-account`);
  const deployment = createDeployment(scope, pushgatewayName, pushgatewayDeployment(args), [...limits, account]);
  createService(scope, pushgatewayName, pushgatewayPort, deployment);
}

interface Configured {
  readonly checksum: pulumi.Output<string>;
}

function createReceivers(scope: Scope, { receivers }: MetricsArgs): Configured {
  const files = alertmanagerFiles(receivers);
  new kubernetes.core.v1.Secret(
    `${scope.name}-receivers`,
    { metadata: named(scope, alertmanagerName), stringData: files },
    childOf(scope),
  );
  return { checksum: checksumOf(files) };
}

function createConfiguration(scope: Scope, { settings, workloads, backups }: MetricsArgs): Configured {
  const groups = ruleGroups({
    objective: settings.objective / 100,
    workloads,
    backups,
    queues: Object.entries(settings.queues).map(([queue, { ticketSeconds, pageSeconds }]) => ({
      queue,
      ticket: ticketSeconds,
      page: pageSeconds,
    })),
    runbook: (page) => `${settings.runbooks}${page}.md`,
  });
  const data = {
    [configurationFile]: prometheusConfiguration({
      namespace: namespaceName,
      seconds: settings.scrapeSeconds,
      retentionDays: settings.retentionDays,
      retentionMib: retentionMib(settings),
      prometheusPort,
      alertmanager: `${alertmanagerName}:${alertmanagerPort}`,
      pushgateway: backups.length > 0 ? `${pushgatewayName}:${pushgatewayPort}` : undefined,
    }),
    [rulesFile]: ruleFile(groups),
  };
  new kubernetes.core.v1.ConfigMap(
    `${scope.name}-configuration`,
    { metadata: named(scope, prometheusName), data },
    childOf(scope),
  );
  return { checksum: checksumOf(data) };
}

/** The engine need not wait for it: with some storage classes a volume is made for the first pod that wants it, which comes later. */
function createVolume(scope: Scope, settings: MetricsSettings): kubernetes.core.v1.PersistentVolumeClaim {
  return new kubernetes.core.v1.PersistentVolumeClaim(
    `${scope.name}-volume`,
    { metadata: unawaited(named(scope, prometheusName)), spec: volumeClaim(settings) },
    childOf(scope),
  );
}

/** Found by the label that the sidecar of Grafana's chart looks for. */
function createDashboards(scope: Scope, { settings: { objective }, backups }: MetricsArgs): void {
  const labels = { "app.kubernetes.io/part-of": "mastodon", grafana_dashboard: "1" };
  const pages = Object.entries(dashboards({ objective: objective / 100, backups: backups.length > 0 }));
  new kubernetes.core.v1.ConfigMap(
    `${scope.name}-dashboards`,
    {
      metadata: named(scope, "grafana-dashboards", labels),
      data: Object.fromEntries(pages.map(([file, page]) => [file, JSON.stringify(page)])),
    },
    childOf(scope),
  );
}
