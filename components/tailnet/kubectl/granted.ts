// Registers the rights in Kubernetes of those who come over the tailnet, and of the proxy to act for them.
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { childOf, named, type Scope } from "../../mastodon/kubernetes/scope.ts";
import { kubectlLabels, kubectlPods, kubectlRole } from "./names.ts";
import { clusterViewRules, drainRules, type Holder, operateRules, viewRole } from "./rights.ts";

type Rule = kubernetes.types.input.rbac.v1.PolicyRule;
type Subject = kubernetes.types.input.rbac.v1.Subject;

const rbac = "rbac.authorization.k8s.io";

const groups = (holders: readonly Holder[]): Subject[] =>
  holders.map(({ group }) => ({ apiGroup: rbac, kind: "Group", name: group }));

/** Of things outside of namespaces. */
function everywhere(name: string) {
  return { name, labels: { ...kubectlLabels, "app.kubernetes.io/managed-by": "pulumi" } };
}

/** A role for the whole cluster, given to these. */
function grantEverywhere(scope: Scope, suffix: string, rules: readonly Rule[], subjects: Subject[]): void {
  const metadata = everywhere(`${kubectlRole}-${suffix}`);
  const role = new kubernetes.rbac.v1.ClusterRole(
    `${scope.name}-${suffix}-role`,
    { metadata, rules: [...rules] },
    childOf(scope),
  );
  bindEverywhere(scope, suffix, metadata.name, subjects, [role]);
}

function bindEverywhere(
  scope: Scope,
  suffix: string,
  role: pulumi.Input<string>,
  subjects: Subject[],
  after: pulumi.Resource[] = [],
): void {
  new kubernetes.rbac.v1.ClusterRoleBinding(
    `${scope.name}-${suffix}-binding`,
    {
      metadata: everywhere(`${kubectlRole}-${suffix}`),
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
      subjects,
    },
    childOf(scope, after),
  );
}

/** The proxy's own right: to make requests in the name of those, and of nobody else. */
export function grantActing(scope: Scope, rules: readonly Rule[]): void {
  const accounts = kubectlPods.map((name) => ({ kind: "ServiceAccount", name, namespace: scope.namespace }));
  grantEverywhere(scope, "acts-for", rules, accounts);
}

/** @param namespaces in which operators operate */
export function grantRights(scope: Scope, holders: readonly Holder[], namespaces: readonly string[]): void {
  if (holders.length === 0) return;
  bindEverywhere(scope, "view", viewRole, groups(holders));
  grantEverywhere(scope, "view-cluster", clusterViewRules, groups(holders));
  const operating = groups(holders.filter(({ right }) => right === "operate"));
  if (operating.length === 0) return;
  grantEverywhere(scope, "drain", drainRules, operating);
  for (const namespace of namespaces) {
    const metadata = named({ namespace }, `${kubectlRole}-operate`, kubectlLabels);
    const role = new kubernetes.rbac.v1.Role(
      `${scope.name}-operate-${namespace}-role`,
      { metadata, rules: [...operateRules] },
      childOf(scope),
    );
    new kubernetes.rbac.v1.RoleBinding(
      `${scope.name}-operate-${namespace}-binding`,
      { metadata, roleRef: { apiGroup: rbac, kind: "Role", name: `${kubectlRole}-operate` }, subjects: operating },
      childOf(scope, [role]),
    );
  }
}
