// KEDA in the cluster: the controller that turns ScaledObjects into horizontal pod autoscalers and answers them out of Prometheus.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../mastodon/args.ts";
import { namespaceName } from "../../mastodon/kubernetes/namespace.ts";
import { createNamespace } from "../../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../../mastodon/kubernetes/scope.ts";
import { readersLabel } from "../../metrics/policies.ts";
import type { AutoscalingSettings } from "../settings.ts";
import { kedaDefinitions } from "./definitions.ts";
import { kedaLabels, kedaNamespace, metricsApi, metricsServerName, operatorName } from "./names.ts";
import { kedaServices, metricsServerDeployment, operatorDeployment } from "./pods.ts";
import { apiServerPolicies, kedaPolicies } from "./policies.ts";
import { clusterRules, kedaAccount, ownRules, readerRules, scalerAccount, workRules } from "./rights.ts";

export interface KedaArgs {
  readonly settings: Pick<AutoscalingSettings, "images" | "resources">;
  readonly provider: kubernetes.Provider;
  readonly placement: Placement;
  /** Mastodon's namespace, the only one in which it scales. */
  readonly namespace: pulumi.Input<string>;
}

const labels = { "app.kubernetes.io/part-of": "keda" };

/** The whole release, out of this project: nothing is fetched when the stack is brought up. */
export class Keda extends pulumi.ComponentResource {
  constructor(name: string, args: KedaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:autoscaling:Keda", name, {}, opts);
    const at = { parent: this, provider: args.provider };
    // With the label by which Prometheus lets it in.
    const namespace = createNamespace({ ...at, name }, kedaNamespace, { ...labels, [readersLabel]: "true" });
    const scope: Scope = { ...at, name, namespace };
    const limits = [
      ...kedaDefinitions.map(
        ({ metadata, ...definition }) =>
          new kubernetes.apiextensions.CustomResource(
            `${name}-${metadata.name}`,
            { metadata, ...definition },
            childOf(at),
          ),
      ),
      ...createPolicies(scope),
      ...createRights(scope, args.namespace),
    ];
    const operator = createProgram(scope, operatorName, operatorDeployment(args), limits);
    const server = createProgram(scope, metricsServerName, metricsServerDeployment(args), [...limits, operator]);
    createMetricsApi(scope, server);
    this.registerOutputs();
  }
}

function createPolicies(scope: Scope): pulumi.Resource[] {
  const native = Object.entries(kedaPolicies(namespaceName)).map(
    ([policy, spec]) =>
      new kubernetes.networking.v1.NetworkPolicy(
        `${scope.name}-${policy.replace(/^keda-/, "")}-policy`,
        { metadata: named(scope, policy, labels), spec },
        childOf(scope),
      ),
  );
  const cilium = Object.entries(apiServerPolicies).map(
    ([policy, spec]) =>
      new kubernetes.apiextensions.CustomResource(
        `${scope.name}-${policy}-policy`,
        { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: named(scope, policy, labels), spec },
        childOf(scope),
      ),
  );
  return [...native, ...cilium];
}

function createRights(scope: Scope, work: pulumi.Input<string>): pulumi.Resource[] {
  const account = new kubernetes.core.v1.ServiceAccount(
    `${scope.name}-account`,
    { metadata: named(scope, operatorName, labels), automountServiceAccountToken: false },
    childOf(scope),
  );
  return [
    account,
    ...inCluster(scope, operatorName, clusterRules, kedaAccount),
    ...inCluster(scope, "keda-external-metrics-reader", readerRules, scalerAccount),
    ...inNamespace({ ...scope, name: `${scope.name}-work`, namespace: work }, workRules),
    ...inNamespace({ ...scope, name: `${scope.name}-own` }, ownRules),
    ...behindApiServer(scope),
  ];
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Physical names begin with `keda` already. */
function logicalName({ name }: Scope, physical: string): string {
  return physical.replace(/^keda/, name);
}

const roleGroup = "rbac.authorization.k8s.io";
const clusterWide = { ...labels, "app.kubernetes.io/managed-by": "pulumi" };

function inCluster(scope: Scope, role: string, rules: typeof clusterRules, subject: Subject): pulumi.Resource[] {
  const metadata = { name: role, labels: clusterWide };
  const given = new kubernetes.rbac.v1.ClusterRole(logicalName(scope, role), { metadata, rules }, childOf(scope));
  const binding = new kubernetes.rbac.v1.ClusterRoleBinding(
    `${logicalName(scope, role)}-binding`,
    { metadata, roleRef: { apiGroup: roleGroup, kind: "ClusterRole", name: role }, subjects: [subject] },
    childOf(scope, [given]),
  );
  return [given, binding];
}

function inNamespace(scope: Scope, rules: typeof clusterRules): pulumi.Resource[] {
  const metadata = named(scope, operatorName, labels);
  const role = new kubernetes.rbac.v1.Role(`${scope.name}-role`, { metadata, rules }, childOf(scope));
  const binding = new kubernetes.rbac.v1.RoleBinding(
    `${scope.name}-binding`,
    { metadata, roleRef: { apiGroup: roleGroup, kind: "Role", name: operatorName }, subjects: [kedaAccount] },
    childOf(scope, [role]),
  );
  return [role, binding];
}

/** What every server behind the API server needs: asking it who somebody is and what he may, and how to know the API server itself. */
function behindApiServer(scope: Scope): pulumi.Resource[] {
  const delegator = new kubernetes.rbac.v1.ClusterRoleBinding(
    `${scope.name}-delegator`,
    {
      metadata: { name: "keda-system-auth-delegator", labels: clusterWide },
      roleRef: { apiGroup: roleGroup, kind: "ClusterRole", name: "system:auth-delegator" },
      subjects: [kedaAccount],
    },
    childOf(scope),
  );
  const reader = new kubernetes.rbac.v1.RoleBinding(
    `${scope.name}-reader`,
    {
      metadata: { name: "keda-auth-reader", namespace: "kube-system", labels: clusterWide },
      roleRef: { apiGroup: roleGroup, kind: "Role", name: "extension-apiserver-authentication-reader" },
      subjects: [kedaAccount],
    },
    childOf(scope),
  );
  return [delegator, reader];
}

/** Its Service comes first, because the two programs find each other by it; the engine need not wait for endpoints, which come later. */
function createProgram(
  scope: Scope,
  program: typeof operatorName | typeof metricsServerName,
  spec: kubernetes.types.input.apps.v1.DeploymentSpec,
  after: pulumi.Resource[],
): pulumi.Resource {
  const metadata = named(scope, program, kedaLabels(program));
  const annotations = { "pulumi.com/skipAwait": "true" };
  const service = new kubernetes.core.v1.Service(
    `${logicalName(scope, program)}-service`,
    { metadata: { ...metadata, annotations }, spec: kedaServices[program] },
    childOf(scope),
  );
  return new kubernetes.apps.v1.Deployment(
    logicalName(scope, program),
    { metadata, spec },
    childOf(scope, [...after, service]),
  );
}

/** The operator writes the authority of its certificates into it. */
function createMetricsApi(scope: Scope, server: pulumi.Resource): void {
  new kubernetes.apiregistration.v1.APIService(
    `${scope.name}-metrics-api`,
    {
      metadata: { name: metricsApi, labels: clusterWide },
      spec: {
        group: "external.metrics.k8s.io",
        version: "v1beta1",
        service: { name: metricsServerName, namespace: kedaNamespace },
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
    childOf(scope, [server]),
  );
}
