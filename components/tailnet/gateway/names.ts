// Names by which the gateway's objects find each other.
import { roleLabels } from "../../mastodon/workloads/workload.ts";

/**
 * A namespace of its own: what lets strangers in has nothing of the server's secrets beside it, and whoever may read Mastodon's objects may not
 * read what a machine of the tailnet is made from.
 */
export const gatewayNamespace = "tailnet";

export const gatewayRole = "tailnet-gateway";

/** Machines on the tailnet that pass connections on; each alone suffices. */
const replicas = [1, 2] as const;

/** Names of everything that one of the two has for itself in the cluster. */
export const gatewayPods: readonly string[] = replicas.map((replica) => `gateway-${replica}`);

/** Name on the tailnet. @param prefix of physical names */
export function gatewayHostname(prefix: string, pod: string): string {
  return `${prefix}-${pod}`;
}

/** Labels that both carry. */
export const gatewayLabels = roleLabels(gatewayRole);

/** Labels that select one of the two; they can never change. */
export function podLabels(pod: string): Record<string, string> {
  return { ...gatewayLabels, "app.kubernetes.io/name": pod };
}

/** The Secret that lets a new machine join, and the ConfigMap that says what is passed on. */
export const credentialName = "gateway-credential";
export const serveName = "gateway-serve";
