// What the snapshot of the cluster may read: everything that describes the cluster, and no Secret.
import type * as kubernetes from "@pulumi/kubernetes";

type Rule = kubernetes.types.input.rbac.v1.PolicyRule;

/** By API group. A right to everything but one kind does not exist in Kubernetes, so each kind is named. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  "": [
    "configmaps",
    "endpoints",
    "limitranges",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "serviceaccounts",
    "services",
  ],
  "admissionregistration.k8s.io": ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
  "apiextensions.k8s.io": ["customresourcedefinitions"],
  "apiregistration.k8s.io": ["apiservices"],
  apps: ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
  autoscaling: ["horizontalpodautoscalers"],
  batch: ["cronjobs", "jobs"],
  "cert-manager.io": ["certificaterequests", "certificates", "clusterissuers", "issuers"],
  "cilium.io": ["ciliumclusterwidenetworkpolicies", "ciliumnetworkpolicies"],
  "discovery.k8s.io": ["endpointslices"],
  "keda.sh": ["clustertriggerauthentications", "scaledjobs", "scaledobjects", "triggerauthentications"],
  "networking.k8s.io": ["ingressclasses", "ingresses", "networkpolicies"],
  policy: ["poddisruptionbudgets"],
  "rbac.authorization.k8s.io": ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
  "scheduling.k8s.io": ["priorityclasses"],
  "snapshot.storage.k8s.io": ["volumesnapshotclasses", "volumesnapshotcontents", "volumesnapshots"],
  "storage.k8s.io": ["csidrivers", "csinodes", "storageclasses", "volumeattachments"],
};

/** Reading alone. */
export const snapshotRules: Rule[] = Object.entries(kinds).map(([group, resources]) => ({
  apiGroups: [group],
  resources: [...resources],
  verbs: ["get", "list"],
}));
