// Who may talk to whom for a certificate of the cluster's own, beside the flows that are always open.
import { certManagerNamespace } from "../../certificates/cert-manager/names.ts";
import { edgeInsidePort, edgeTlsPort, solverLabels, solverPort } from "../edge/tls.ts";
import { roleLabels } from "../workloads/workload.ts";
import { flowsOf, type NetworkPolicy, pods, podsIn, tcp } from "./network-policies.ts";

const edge = roleLabels("edge");

/** Policies by name; they add to the others. */
export const proofPolicies: Readonly<Record<string, NetworkPolicy>> = {
  "edge-tls": flowsOf(edge, {
    ingress: [
      // No `from`, as for plain HTTP: the load balancer arrives with the address of a node.
      { ports: tcp(edgeTlsPort) },
      { from: [podsIn(certManagerNamespace)], ports: tcp(edgeInsidePort) },
    ],
    egress: [{ to: [pods(solverLabels)], ports: tcp(solverPort) }],
  }),
  "certificate-proofs": flowsOf(solverLabels, {
    ingress: [{ from: [pods(edge)], ports: tcp(solverPort) }],
    egress: [],
  }),
};
