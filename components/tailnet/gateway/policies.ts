// Whom the gateway may talk to: the databases' ports that it passes on, and what Tailscale needs. Nobody in the cluster may talk to it.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { toApiServer } from "../../mastodon/kubernetes/api-server-policy.ts";
import { internet, internetByUdp, names } from "../../mastodon/kubernetes/network-policies.ts";
import { gatewayLabels, gatewayRole } from "./names.ts";

type NetworkPolicy = kubernetes.types.input.networking.v1.NetworkPolicySpec;

/** WireGuard at machines with Tailscale's usual port, and the servers that tell a machine its outer address. Others are reached by relays, over https. */
const tailscaleUdpPorts = [41_641, 3478] as const;

/**
 * Policies by name; the first shuts everything.
 * @param vpc network of the databases
 * @param ports of the databases that are passed on
 */
export function gatewayPolicies(vpc: string, ports: readonly pulumi.Input<number>[]): Record<string, NetworkPolicy> {
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    [gatewayRole]: {
      podSelector: { matchLabels: gatewayLabels },
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [
        names,
        { to: [{ ipBlock: { cidr: vpc } }], ports: ports.map((port) => ({ protocol: "TCP", port })) },
        internet(443),
        internetByUdp(...tailscaleUdpPorts),
      ],
    },
  };
}

/** Specification of a CiliumNetworkPolicy. What comes from the tailnet is passed on to the databases only, never there. */
export const stateKeepingPolicy = toApiServer("The gateway may keep its identity in its Secret", gatewayLabels);
