// Names by which the objects of the way to the Kubernetes API find each other.
import { roleLabels } from "../../mastodon/workloads/workload.ts";

/** Apart from the gateway: its machines may act for people in Kubernetes, the gateway's may not even ask who they are. */
export const kubectlNamespace = "tailnet-kubernetes";

export const kubectlRole = "tailnet-kubernetes";

/** Two, so that a lost node leaves the way open. */
export const kubectlPods: readonly string[] = ["kubernetes-1", "kubernetes-2"];

/** Labels that both carry. */
export const kubectlLabels = roleLabels(kubectlRole);

/** Labels that select one of the two; they can never change. */
export function kubectlPodLabels(pod: string): Record<string, string> {
  return { ...kubectlLabels, "app.kubernetes.io/name": pod };
}

/** Name of a machine on the tailnet. @param prefix of physical names */
export function kubectlHostname(prefix: string, pod: string): string {
  return `${prefix}-${pod}`;
}

/** The one address that both serve, as a policy and a machine call it. @param prefix of physical names */
export function serviceName(prefix: string): string {
  return `svc:${prefix}-kubernetes`;
}

/** What kubectl connects to. @param domain the tailnet's, for example tail1a2b3.ts.net */
export function serviceHost(prefix: string, domain: string): string {
  return `${prefix}-kubernetes.${domain}`;
}
