// What a machine of the tailnet in a pod has to reach.
import { type EgressRule, internet, internetByUdp, names } from "../mastodon/kubernetes/network-policies.ts";

/** WireGuard at machines with Tailscale's usual port, and the servers that tell a machine its outer address. Others are reached by relays, over https. */
const tailscaleUdpPorts = [41_641, 3478] as const;

export const toTailscale: readonly EgressRule[] = [names, internet(443), internetByUdp(...tailscaleUdpPorts)];
