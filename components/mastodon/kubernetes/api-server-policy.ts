// The ways from pods to the API server and back, which no native policy can open.

/**
 * Specification of a CiliumNetworkPolicy. No block of addresses leads to the API server: Cilium knows it by an identity of its own and
 * does not look at its address (docs.cilium.io, entities based policies).
 * @param labels of the pods that may ask it
 */
export function toApiServer(description: string, labels: Readonly<Record<string, string>>) {
  return {
    description,
    endpointSelector: { matchLabels: { ...labels } },
    egress: [
      {
        toEntities: ["kube-apiserver"],
        toPorts: [{ ports: ["443", "6443"].map((port) => ({ port, protocol: "TCP" })) }],
      },
    ],
  };
}

/**
 * Specification of a CiliumNetworkPolicy that lets the API server in. Its requests come through a node: DigitalOcean's control plane lies
 * outside the cluster's network.
 * @param labels of the pods that it may ask
 */
export function fromApiServer(description: string, labels: Readonly<Record<string, string>>, port: number) {
  return {
    description,
    endpointSelector: { matchLabels: { ...labels } },
    ingress: [
      {
        fromEntities: ["kube-apiserver", "host", "remote-node"],
        toPorts: [{ ports: [{ port: String(port), protocol: "TCP" }] }],
      },
    ],
  };
}
