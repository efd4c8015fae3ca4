// What is registered around pods that are machines of the tailnet: their right to their own Secrets, and how many a drain may move at a time.
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { childOf, named, type Scope } from "../mastodon/kubernetes/scope.ts";

type Metadata = kubernetes.types.input.meta.v1.ObjectMeta;

/**
 * Lets the account of that name read and change these Secrets and no others.
 * @param name prefix of logical names
 * @param metadata of the role, which is called like the account
 */
export function grantSecrets(
  scope: Scope,
  name: string,
  { account, metadata, secrets }: { readonly account: string; readonly metadata: Metadata; readonly secrets: string[] },
): pulumi.Resource {
  const rules = [
    { apiGroups: [""], resources: ["secrets"], resourceNames: secrets, verbs: ["get", "update", "patch"] },
  ];
  const role = new kubernetes.rbac.v1.Role(`${name}-role`, { metadata, rules }, childOf(scope));
  return new kubernetes.rbac.v1.RoleBinding(
    `${name}-binding`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: account },
      subjects: [{ kind: "ServiceAccount", name: account, namespace: scope.namespace }],
    },
    childOf(scope, [role]),
  );
}

/** A drain moves one at a time. */
export function createMachineBudget(
  scope: Scope,
  name: string,
  labels: Readonly<Record<string, string>>,
): pulumi.Resource {
  const selector = { matchLabels: { ...labels } };
  return new kubernetes.policy.v1.PodDisruptionBudget(
    `${scope.name}-budget`,
    {
      metadata: named(scope, name, labels),
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector },
    },
    childOf(scope),
  );
}
