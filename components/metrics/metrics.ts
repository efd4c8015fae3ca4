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
import {
  alertmanagerDeployment,
  alertmanagerName,
  alertmanagerPort,
  metricsLabels,
  type MetricsRole,
  metricsService,
  prometheusDeployment,
  prometheusName,
  prometheusPort,
  retentionMib,
  volumeClaim,
} from "./pods.ts";
import { apiServerPolicy, metricsPolicies } from "./policies.ts";
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
    createDashboards(scope, args.settings);
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

function createConfiguration(scope: Scope, { settings, workloads }: MetricsArgs): Configured {
  const groups = ruleGroups({
    objective: settings.objective / 100,
    workloads,
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

function createDeployment(
  scope: Scope,
  role: MetricsRole,
  spec: kubernetes.types.input.apps.v1.DeploymentSpec,
  after: pulumi.Resource[],
): kubernetes.apps.v1.Deployment {
  return new kubernetes.apps.v1.Deployment(
    `${scope.name}-${role}`,
    { metadata: named(scope, role, metricsLabels(role)), spec },
    childOf(scope, after),
  );
}

/** After its pod, for which the engine has waited; waiting for endpoints as well would cost 10 s. */
function createService(scope: Scope, role: MetricsRole, port: number, deployment: kubernetes.apps.v1.Deployment): void {
  new kubernetes.core.v1.Service(
    `${scope.name}-${role}-service`,
    { metadata: unawaited(named(scope, role, metricsLabels(role))), spec: metricsService(role, port) },
    childOf(scope, [deployment]),
  );
}

/** Found by the label that the sidecar of Grafana's chart looks for. */
function createDashboards(scope: Scope, { objective }: MetricsSettings): void {
  const labels = { "app.kubernetes.io/part-of": "mastodon", grafana_dashboard: "1" };
  const pages = Object.entries(dashboards(objective / 100));
  new kubernetes.core.v1.ConfigMap(
    `${scope.name}-dashboards`,
    {
      metadata: named(scope, "grafana-dashboards", labels),
      data: Object.fromEntries(pages.map(([file, page]) => [file, JSON.stringify(page)])),
    },
    childOf(scope),
  );
}
