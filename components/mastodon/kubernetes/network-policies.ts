// What network policies are made of: who may be reached, on which ports, and the policy around it.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export type NetworkPolicy = kubernetes.types.input.networking.v1.NetworkPolicySpec;
export type EgressRule = kubernetes.types.input.networking.v1.NetworkPolicyEgressRule;
export type IngressRule = kubernetes.types.input.networking.v1.NetworkPolicyIngressRule;
type Peer = kubernetes.types.input.networking.v1.NetworkPolicyPeer;
type Labels = Readonly<Record<string, string>>;

/** Addresses that are never somebody else's server: private, shared, link-local with the metadata service, and loopback. */
const inside = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"];

const anywhereOutside = [{ ipBlock: { cidr: "0.0.0.0/0", except: inside } }];

/** The ports of a rule. */
export function tcp(...ports: readonly pulumi.Input<number>[]) {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

/** Any server on the internet on these ports, and nothing inside. Other servers choose the addresses that Mastodon fetches. */
export function internet(...ports: number[]): EgressRule {
  return { to: anywhereOutside, ports: tcp(...ports) };
}

/** The same by UDP. */
export function internetByUdp(...ports: number[]): EgressRule {
  return { to: anywhereOutside, ports: ports.map((port) => ({ protocol: "UDP", port })) };
}

/** Servers of a network, such as the databases of a VPC. */
export function network(cidr: string, ports: readonly pulumi.Input<number>[]): EgressRule {
  return { to: [{ ipBlock: { cidr } }], ports: tcp(...ports) };
}

/** Looking up names. */
export const names: EgressRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

/** Pods with these labels, as a peer of a rule and as whom a policy is about. Those of the policy's own namespace. */
export function pods(labels: Labels) {
  return { podSelector: { matchLabels: { ...labels } } };
}

/** Pods of another namespace; all of them without labels. */
export function podsIn(namespace: string, labels?: Labels): Peer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(labels && pods(labels)),
  };
}

/** Shuts a namespace; each further policy opens some flows. */
export const defaultDeny: NetworkPolicy = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/** All flows of the pods with these labels. */
export function flowsOf(
  labels: Labels,
  { ingress, egress }: { readonly ingress: readonly IngressRule[]; readonly egress: readonly EgressRule[] },
): NetworkPolicy {
  return { ...pods(labels), policyTypes: ["Ingress", "Egress"], ingress: [...ingress], egress: [...egress] };
}

/** What reaches the pods with these labels besides: policies add up. */
export function alsoFrom(labels: Labels, peer: Peer, port: number): NetworkPolicy {
  return { ...pods(labels), policyTypes: ["Ingress"], ingress: [{ from: [peer], ports: tcp(port) }] };
}

/** What the pods with these labels reach besides. */
export function alsoTo(labels: Labels, rule: EgressRule): NetworkPolicy {
  return { ...pods(labels), policyTypes: ["Egress"], egress: [rule] };
}
