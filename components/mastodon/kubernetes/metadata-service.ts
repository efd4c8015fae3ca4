// No pod reads the droplet's metadata, which holds what a node needs to join the cluster.

/** Link-local address of the metadata service (docs.digitalocean.com, droplet metadata). */
const metadataService = "169.254.169.254/32";

/**
 * Specification of a CiliumClusterwideNetworkPolicy. A native policy can only allow, and so cannot take this one address away
 * in namespaces that have no policy. Pods of the platform itself keep it.
 */
export const denyMetadataService = {
  description: "Pods cannot reach the droplet metadata service",
  endpointSelector: {
    matchExpressions: [{ key: "k8s:io.kubernetes.pod.namespace", operator: "NotIn", values: ["kube-system"] }],
  },
  // A rule that denies would otherwise shut everything else as well, in every namespace of the cluster.
  enableDefaultDeny: { ingress: false, egress: false },
  egressDeny: [{ toCIDR: [metadataService] }],
} as const;
