// Whom the gateway may talk to: the databases' ports that it passes on, and what Tailscale needs. Nobody in the cluster may talk to it.
import type * as pulumi from "@pulumi/pulumi";
import { toApiServer } from "../../mastodon/kubernetes/api-server-policy.ts";
import {
  defaultDeny,
  flowsOf,
  network,
  type NetworkPolicy,
  podsIn,
  tcp,
} from "../../mastodon/kubernetes/network-policies.ts";
import { namespaceName } from "../../mastodon/kubernetes/namespace.ts";
import { roleLabels } from "../../mastodon/workloads/workload.ts";
import { pushgatewayName, pushgatewayPort } from "../../metrics/pushgateway-address.ts";
import { toTailscale } from "../tailscale-egress.ts";
import { gatewayLabels, gatewayRole } from "./names.ts";

/**
 * Policies by name; the first shuts everything.
 * @param vpc network of the databases
 * @param ports of the databases that are passed on
 * @param backupMetrics whether it also leads to where backups leave their metrics
 */
export function gatewayPolicies(
  vpc: string,
  ports: readonly pulumi.Input<number>[],
  backupMetrics: boolean,
): Record<string, NetworkPolicy> {
  const pushgateway = { to: [podsIn(namespaceName, roleLabels(pushgatewayName))], ports: tcp(pushgatewayPort) };
  return {
    "default-deny": defaultDeny,
    [gatewayRole]: flowsOf(gatewayLabels, {
      ingress: [],
      egress: [...toTailscale, network(vpc, ports), ...(backupMetrics ? [pushgateway] : [])],
    }),
  };
}

/** Specification of a CiliumNetworkPolicy. What comes from the tailnet is passed on to the databases only, never there. */
export const stateKeepingPolicy = toApiServer("The gateway may keep its identity in its Secret", gatewayLabels);
