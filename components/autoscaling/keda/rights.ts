// What KEDA may do: what its release asks for (config/rbac and config/metrics-server of v2.19.0), less what scaling Deployments of one namespace
// does not need. It reads no Secret of Mastodon.
import type * as kubernetes from "@pulumi/kubernetes";
import { certificatesName, kedaNamespace, metricsApi } from "./names.ts";

type Rule = kubernetes.types.input.rbac.v1.PolicyRule;

const see = ["get", "list", "watch"];
const change = [...see, "patch", "update"];

function rule(apiGroups: string[], resources: string[], verbs: string[], resourceNames?: string[]): Rule {
  return { apiGroups, resources, verbs, ...(resourceNames && { resourceNames }) };
}

/** In the whole cluster: kinds that lie in no namespace, and the entry of the metrics API, into which the operator writes its authority. */
export const clusterRules: Rule[] = [
  rule(["keda.sh"], ["clustertriggerauthentications", "clustertriggerauthentications/status"], change),
  rule(["eventing.keda.sh"], ["clustercloudeventsources", "clustercloudeventsources/status"], change),
  rule(["apiregistration.k8s.io"], ["apiservices"], ["list", "watch"]),
  rule(["apiregistration.k8s.io"], ["apiservices"], ["get", "patch", "update"], [metricsApi]),
];

/** In Mastodon's namespace. The operator watches all of its kinds, also those of which there is none. */
export const workRules: Rule[] = [
  rule(
    ["keda.sh"],
    ["scaledobjects", "scaledjobs", "triggerauthentications"].flatMap((kind) => [
      kind,
      `${kind}/status`,
      `${kind}/finalizers`,
    ]),
    change,
  ),
  rule(["eventing.keda.sh"], ["cloudeventsources", "cloudeventsources/status"], change),
  rule(["autoscaling"], ["horizontalpodautoscalers"], [...change, "create", "delete"]),
  rule(["apps"], ["deployments", "statefulsets"], see),
  rule(["apps"], ["deployments/scale"], ["get", "patch", "update"]),
  rule(["batch"], ["jobs"], see),
  // It looks at what the scaled pods' variables come from, although no trigger names one.
  rule([""], ["pods", "configmaps"], see),
  rule([""], ["events"], ["create", "patch"]),
];

/** In its own namespace: certificates, and the lease by which a second operator would wait. */
export const ownRules: Rule[] = [
  rule([""], ["secrets"], ["list", "watch", "create"]),
  rule([""], ["secrets"], ["get", "patch", "update", "delete"], [certificatesName]),
  rule(["coordination.k8s.io"], ["leases"], [...change, "create"]),
  rule([""], ["events"], ["create", "patch"]),
];

/** What the horizontal pod autoscaler asks the metrics server. */
export const readerRules: Rule[] = [rule(["external.metrics.k8s.io"], ["*"], see)];

/** The account of the controller that scales, in every cluster. */
export const scalerAccount = { kind: "ServiceAccount", name: "horizontal-pod-autoscaler", namespace: "kube-system" };

export const kedaAccount = { kind: "ServiceAccount", name: "keda-operator", namespace: kedaNamespace };
