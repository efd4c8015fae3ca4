// Names by which KEDA's objects find each other.

/** Where KEDA runs. */
export const kedaNamespace = "keda";

/** The operator, and the account that both programs share: the operator trusts only certificates that it made itself. */
export const operatorName = "keda-operator";
export const metricsServerName = "keda-metrics-apiserver";

/** The Secret in which the operator keeps the certificates that it makes for both. */
export const certificatesName = "kedaorg-certs";

/** What the metrics server answers inside the Kubernetes API. */
export const metricsApi = "v1beta1.external.metrics.k8s.io";

/** The operator's port for the metrics server, that server's port, and those on which both say how they are. */
export const ports = { operator: 9666, metricsServer: 6443, health: 8081 } as const;

/** Labels that select the pods of one of the two; they can never change. */
export function kedaLabels(name: typeof operatorName | typeof metricsServerName): Record<string, string> {
  return { "app.kubernetes.io/part-of": "keda", "app.kubernetes.io/name": name };
}
