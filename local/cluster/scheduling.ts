// Whether a pod may run on a node: what it asks for, the labels it wants, the taints it tolerates. The autoscaler's view of the
// scheduler's rules, for nodes that do not exist yet; the real scheduler decides for those that do.
import type { Container, KubePod, LabelSelector, NodeTaint, Requirement, Toleration } from "./objects.ts";
import { add, type Amounts, larger, parseAmounts } from "./quantities.ts";

/** A node as far as placing pods is concerned. */
export interface Place {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
}

/** What the pod takes from its node: its containers together, or its greediest init container if that is more. */
export function podRequests({ spec }: KubePod): Amounts {
  const init = spec.initContainers ?? [];
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === "Always");
  const together = [...spec.containers, ...sidecars].map(requests).reduce(add, {});
  const alone = init.map(requests).reduce(larger, {});
  return add(add(larger(together, alone), parseAmounts(spec.overhead)), { pods: 1 });
}

function requests({ resources }: Container): Amounts {
  return parseAmounts(resources?.requests);
}

/** Whether node selector, required node affinity and taints let the pod onto the node. */
export function mayRunOn(pod: KubePod, place: Place): boolean {
  return wantsLabels(pod, place) && place.taints.every((taint) => isTolerated(taint, pod.spec.tolerations ?? []));
}

function wantsLabels({ spec }: KubePod, { labels }: Place): boolean {
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!selected || !terms) return selected;
  return terms.some(({ matchExpressions = [] }) => matchExpressions.every((one) => isMet(one, labels)));
}

function isTolerated(taint: NodeTaint, tolerations: readonly Toleration[]): boolean {
  if (taint.effect === "PreferNoSchedule") return true;
  return tolerations.some(({ key, operator = "Equal", value = "", effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (!key) return operator === "Exists";
    return key === taint.key && (operator === "Exists" || value === (taint.value ?? ""));
  });
}

function isMet({ key, operator, values = [] }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const label = labels[key];
  switch (operator) {
    case "In":
      return label !== undefined && values.includes(label);
    case "NotIn":
      return label === undefined || !values.includes(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    case "Gt":
      return Number(label) > Number(values[0]);
    case "Lt":
      return Number(label) < Number(values[0]);
    default:
      return false; // the API server knows no other
  }
}

/** Whether required anti-affinity forbids the two pods to share a node, seen from either side. */
export function avoidEachOther(a: KubePod, b: KubePod): boolean {
  return avoids(a, b) || avoids(b, a);
}

function avoids(pod: KubePod, other: KubePod): boolean {
  if (pod.metadata.namespace !== other.metadata.namespace) return false;
  const terms = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.some(
    ({ topologyKey, labelSelector }) =>
      topologyKey === "kubernetes.io/hostname" && selects(labelSelector, other.metadata.labels ?? {}),
  );
}

function selects(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (!selector) return false;
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every((one) => isMet(one, labels))
  );
}
