// How the pods of what measures are registered: a Deployment, and a name inside the cluster.
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { unawaited } from "../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../mastodon/kubernetes/scope.ts";
import { metricsLabels, type MetricsRole, metricsService } from "./pods.ts";

export function createDeployment(
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
export function createService(
  scope: Scope,
  role: MetricsRole,
  port: number,
  deployment: kubernetes.apps.v1.Deployment,
): void {
  new kubernetes.core.v1.Service(
    `${scope.name}-${role}-service`,
    { metadata: unawaited(named(scope, role, metricsLabels(role))), spec: metricsService(role, port) },
    childOf(scope, [deployment]),
  );
}
