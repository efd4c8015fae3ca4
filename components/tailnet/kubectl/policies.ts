// Whom the way to the Kubernetes API may talk to: the API server, and what Tailscale needs. Nobody in the cluster may talk to it.
import { toApiServer } from "../../mastodon/kubernetes/api-server-policy.ts";
import { defaultDeny, flowsOf, type NetworkPolicy } from "../../mastodon/kubernetes/network-policies.ts";
import { toTailscale } from "../tailscale-egress.ts";
import { kubectlLabels, kubectlRole } from "./names.ts";

/** Policies by name; the first shuts everything. */
export const kubectlPolicies: Readonly<Record<string, NetworkPolicy>> = {
  "default-deny": defaultDeny,
  [kubectlRole]: flowsOf(kubectlLabels, { ingress: [], egress: toTailscale }),
};

/** CiliumNetworkPolicies by name. */
export const kubectlCiliumPolicies = {
  [`${kubectlRole}-to-api-server`]: toApiServer("Requests from the tailnet are made to the API server", kubectlLabels),
};
