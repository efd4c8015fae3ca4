// Who may talk to cert-manager, and to whom it may: the API server, the authority, name servers, and the edge, where it looks at its own proofs.
import { edgeInsidePort } from "../../mastodon/edge/tls.ts";
import { fromApiServer, toApiServer } from "../../mastodon/kubernetes/api-server-policy.ts";
import { namespaceName } from "../../mastodon/kubernetes/namespace.ts";
import {
  defaultDeny,
  type EgressRule,
  flowsOf,
  internet,
  internetByUdp,
  names,
  type NetworkPolicy,
  podsIn,
  tcp,
} from "../../mastodon/kubernetes/network-policies.ts";
import { roleLabels } from "../../mastodon/workloads/workload.ts";
import type { CertificatesSettings } from "../settings.ts";

/** Labels of the release's pods, all of them and those of one program. */
const release = { "app.kubernetes.io/instance": "cert-manager" };
const program = (component: "controller" | "webhook") => ({ ...release, "app.kubernetes.io/component": component });

/** On which the webhook answers (the release's `--secure-port`). */
const webhookPort = 10_250;

/** Which authority is asked, and how it is shown that the names are ours. */
export type AcmeFlows = Pick<CertificatesSettings["acme"], "server" | "challenge">;

/**
 * Where the controller writes a proof and looks at it before it calls the authority: at the edge; or, past all caches, at the zone's own name
 * servers, after Route 53's API has taken it.
 */
const ownLook: Readonly<Record<AcmeFlows["challenge"], readonly EgressRule[]>> = {
  "http-01": [{ to: [podsIn(namespaceName, roleLabels("edge"))], ports: tcp(edgeInsidePort) }],
  "dns-01": [internet(443, 53), internetByUdp(53)],
};

/** Policies by name; the first shuts everything. The authority's further addresses are taken to have its directory's port. */
export function certManagerPolicies({ server, challenge }: AcmeFlows): Record<string, NetworkPolicy> {
  const authorityPort = Number(new URL(server).port || 443);
  return {
    "default-deny": defaultDeny,
    controller: flowsOf(program("controller"), {
      ingress: [],
      egress: [names, internet(authorityPort), ...ownLook[challenge]],
    }),
  };
}

/** Specifications of CiliumNetworkPolicies by name: no native policy can open the way to the API server, or from it. */
export const certManagerApiPolicies = {
  "to-api-server": toApiServer("cert-manager may ask the API server", release),
  "from-api-server": fromApiServer("The API server may ask the webhook", program("webhook"), webhookPort),
};
