// Who may talk to whom for a certificate of the cluster's own, beside the flows that are always open.
import type * as kubernetes from "@pulumi/kubernetes";
import { certManagerNamespace } from "../../certificates/cert-manager/names.ts";
import { edgeInsidePort, edgeTlsPort, solverLabels, solverPort } from "../edge/tls.ts";
import { roleLabels } from "../workloads/workload.ts";

type Policy = kubernetes.types.input.networking.v1.NetworkPolicySpec;

const tcp = (port: number) => [{ protocol: "TCP", port }];

/** Policies by name; they add to the others. */
export const proofPolicies: Readonly<Record<string, Policy>> = {
  "edge-tls": {
    podSelector: { matchLabels: roleLabels("edge") },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      // No `from`, as for plain HTTP: the load balancer arrives with the address of a node.
      { ports: tcp(edgeTlsPort) },
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": certManagerNamespace } } }],
        ports: tcp(edgeInsidePort),
      },
    ],
    egress: [{ to: [{ podSelector: { matchLabels: solverLabels } }], ports: tcp(solverPort) }],
  },
  "certificate-proofs": {
    podSelector: { matchLabels: solverLabels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ podSelector: { matchLabels: roleLabels("edge") } }], ports: tcp(solverPort) }],
    egress: [],
  },
};
