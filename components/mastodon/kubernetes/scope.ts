// Where the resources of one component go: their namespace, parent and provider.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface Scope {
  /** Prefix of logical names. */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
  readonly provider: kubernetes.Provider;
}

/** Options of a child, with what it has to wait for. */
export function childOf(
  { parent, provider }: Pick<Scope, "parent" | "provider">,
  dependsOn: pulumi.Resource[] = [],
): pulumi.CustomResourceOptions {
  return { parent, provider, dependsOn };
}

/** Metadata with an explicit name: it appears in panels, logs and alerts, and other objects refer to it. */
export function named(
  { namespace }: Pick<Scope, "namespace">,
  name: string,
  labels: Readonly<Record<string, string>> = { "app.kubernetes.io/part-of": "mastodon" },
): kubernetes.types.input.meta.v1.ObjectMeta {
  return { name, namespace, labels: { ...labels, "app.kubernetes.io/managed-by": "pulumi" } };
}
