// Objects that every component in the cluster registers in the same way: namespaces, accounts, network policies, and what is not waited for.
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { namespaceLabels } from "./namespace.ts";
import type { NetworkPolicy } from "./network-policies.ts";
import { childOf, named, type Scope } from "./scope.ts";

type Metadata = kubernetes.types.input.meta.v1.ObjectMeta;

/**
 * A namespace under the restricted Pod Security Standard.
 * @param labels besides those
 */
export function createNamespace(
  { name, parent, provider }: Omit<Scope, "namespace">,
  namespace: string,
  labels?: Readonly<Record<string, string>>,
): pulumi.Output<string> {
  const metadata = { name: namespace, labels: { ...namespaceLabels, ...labels } };
  return new kubernetes.core.v1.Namespace(`${name}-namespace`, { metadata }, childOf({ parent, provider })).metadata
    .name;
}

/** An account whose token no pod gets unless it asks for it. @param logicalName behind the scope's */
export function createAccount(
  scope: Scope,
  metadata: Metadata,
  logicalName = "account",
): kubernetes.core.v1.ServiceAccount {
  return new kubernetes.core.v1.ServiceAccount(
    `${scope.name}-${logicalName}`,
    { metadata, automountServiceAccountToken: false },
    childOf(scope),
  );
}

/** Network policies by name. @param labels of the policies themselves */
export function createPolicies(
  scope: Scope,
  policies: Readonly<Record<string, NetworkPolicy>>,
  labels?: Readonly<Record<string, string>>,
): pulumi.Resource[] {
  return Object.entries(policies).map(
    ([policy, spec]) =>
      new kubernetes.networking.v1.NetworkPolicy(
        `${scope.name}-${policy}-policy`,
        { metadata: named(scope, policy, labels), spec },
        childOf(scope),
      ),
  );
}

/** Cilium's policies by name, for what the native ones cannot say. */
export function createCiliumPolicies(
  scope: Scope,
  policies: Readonly<Record<string, object>>,
  labels?: Readonly<Record<string, string>>,
): pulumi.Resource[] {
  return Object.entries(policies).map(
    ([policy, spec]) =>
      new kubernetes.apiextensions.CustomResource(
        `${scope.name}-${policy}-policy`,
        { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: named(scope, policy, labels), spec },
        childOf(scope),
      ),
  );
}

/** The engine does not wait until it works: for a Service whose pods were waited for, and for what later pods bring to life. */
export function unawaited(metadata: Metadata): Metadata {
  return { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } };
}
