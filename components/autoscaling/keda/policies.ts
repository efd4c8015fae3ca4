// Who may talk to KEDA, and to whom it may: the API server, Prometheus, and its two programs to each other.
import type * as kubernetes from "@pulumi/kubernetes";
import { toApiServer } from "../../mastodon/kubernetes/api-server-policy.ts";
import { names } from "../../mastodon/kubernetes/network-policies.ts";
import { roleLabels } from "../../mastodon/workloads/workload.ts";
import { prometheusName, prometheusPort } from "../../metrics/pods.ts";
import { kedaLabels, metricsServerName, operatorName, ports } from "./names.ts";

type NetworkPolicy = kubernetes.types.input.networking.v1.NetworkPolicySpec;

const tcp = (port: number) => [{ protocol: "TCP", port }];
const pods = (name: typeof operatorName | typeof metricsServerName) => ({
  podSelector: { matchLabels: kedaLabels(name) },
});

/** Policies by name; the first shuts everything. */
export function kedaPolicies(mastodonNamespace: string): Record<string, NetworkPolicy> {
  const prometheus = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": mastodonNamespace } },
    podSelector: { matchLabels: roleLabels(prometheusName) },
  };
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    [operatorName]: {
      ...pods(operatorName),
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [pods(metricsServerName)], ports: tcp(ports.operator) }],
      egress: [names, { to: [prometheus], ports: tcp(prometheusPort) }],
    },
    [metricsServerName]: {
      ...pods(metricsServerName),
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [names, { to: [pods(operatorName)], ports: tcp(ports.operator) }],
    },
  };
}

/**
 * Specifications of CiliumNetworkPolicies: no block of addresses stands for the API server. Its requests to the metrics server come
 * through a node: DigitalOcean's control plane lies outside the cluster's network.
 */
export const apiServerPolicies = {
  "to-api-server": toApiServer("KEDA may ask the API server", { "app.kubernetes.io/part-of": "keda" }),
  "from-api-server": {
    description: "The API server may ask the metrics server",
    endpointSelector: { matchLabels: kedaLabels(metricsServerName) },
    ingress: [
      {
        fromEntities: ["kube-apiserver", "host", "remote-node"],
        toPorts: [{ ports: [{ port: String(ports.metricsServer), protocol: "TCP" }] }],
      },
    ],
  },
};
