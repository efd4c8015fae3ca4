// Rights in Kubernetes of those who come over the tailnet, as plain roles: never those of an administrator of the cluster.
import type * as kubernetes from "@pulumi/kubernetes";
import { impersonatedGroup, type IntentMatrix } from "../intents.ts";
import { type KubectlSettings, type Right, type RightHolder } from "./settings.ts";

type PolicyRule = kubernetes.types.input.rbac.v1.PolicyRule;

/** What a kind of subject may do. */
export interface Holder {
  readonly kind: RightHolder;
  /** As Kubernetes knows it. */
  readonly group: string;
  readonly right: Exclude<Right, "none">;
}

/** Those who reach the API and may do something there. */
export function holdersOf(matrix: IntentMatrix, { rights }: Pick<KubectlSettings, "rights">): Holder[] {
  const reaching = matrix.subjects.filter(({ reaches }) => reaches.includes("kubernetes")).map(({ kind }) => kind);
  return Object.entries(rights).flatMap(([kind, right]) =>
    isHolder(kind, rights) && right !== "none" && reaching.includes(kind)
      ? [{ kind, group: impersonatedGroup({ kind }), right }]
      : [],
  );
}

function isHolder(kind: string, rights: KubectlSettings["rights"]): kind is RightHolder {
  return kind in rights;
}

/**
 * Whom the proxy may act for: these groups and these logins by name, nobody else. So a policy with a hole, or whoever takes the pod over, still cannot be
 * `system:masters` or one of Kubernetes' own components.
 * @param domain the tailnet's: machines act under their whole names
 */
export function actingFor(
  matrix: IntentMatrix,
  holders: readonly Holder[],
  { machines, domain }: { readonly machines: readonly string[]; readonly domain: string },
): PolicyRule[] {
  const kinds = holders.map(({ kind }) => kind);
  const people = matrix.subjects
    .filter(({ kind }) => kinds.some((one) => one === kind))
    .flatMap((one) => one.members ?? []);
  const names = [...new Set([...people, ...machines.map((machine) => `${machine}.${domain}`)])].toSorted();
  return [
    ...impersonate(
      "groups",
      holders.map(({ group }) => group),
    ),
    ...impersonate("users", names),
  ];
}

function impersonate(resource: "groups" | "users", resourceNames: string[]): PolicyRule[] {
  // Without names the rule would hold for everybody.
  if (resourceNames.length === 0) return [];
  return [{ apiGroups: [""], resources: [resource], resourceNames, verbs: ["impersonate"] }];
}

/** Kubernetes' own role for those who look: everything of namespaces but Secrets and rights. */
export const viewRole = "view";

/** What `view` lacks: things outside of namespaces, and their use. */
export const clusterViewRules: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["nodes", "persistentvolumes"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["metrics.k8s.io"], resources: ["nodes", "pods"], verbs: ["get", "list"] },
  {
    apiGroups: ["storage.k8s.io"],
    resources: ["storageclasses", "volumeattachments"],
    verbs: ["get", "list", "watch"],
  },
  { apiGroups: ["scheduling.k8s.io"], resources: ["priorityclasses"], verbs: ["get", "list", "watch"] },
];

/** Emptying a node by hand: `kubectl cordon` and `kubectl drain`. */
export const drainRules: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["nodes"], verbs: ["patch"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
];

/**
 * What is done at night in a namespace of the server: look into a pod, throw it away, restart, scale, run a job again. It changes nothing that lasts: the
 * next `pulumi up` puts back what was declared.
 */
export const operateRules: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
  { apiGroups: [""], resources: ["pods/exec", "pods/attach", "pods/portforward"], verbs: ["get", "create"] },
  { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: ["patch"] },
  { apiGroups: ["apps"], resources: ["deployments/scale", "statefulsets/scale"], verbs: ["get", "patch", "update"] },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "delete"] },
  { apiGroups: ["batch"], resources: ["cronjobs"], verbs: ["patch"] },
];
