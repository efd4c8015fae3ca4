// Which flows each kind of job needs, beside the rule that shuts everything.
import type * as kubernetes from "@pulumi/kubernetes";
import { type FlowOptions, internet, names } from "../kubernetes/network-policies.ts";
import { roleLabels } from "../workloads/workload.ts";
import type { DayTwoRole } from "./jobs.ts";

type Policy = kubernetes.types.input.networking.v1.NetworkPolicySpec;
type EgressRule = kubernetes.types.input.networking.v1.NetworkPolicyEgressRule;

export type DayTwoFlows = Pick<FlowOptions, "vpc" | "directPort" | "valkeyPorts" | "searchPorts">;

/** All look up names and reach the databases past the pools. Nobody reaches them. */
export function dayTwoPolicy(role: DayTwoRole, flows: DayTwoFlows): Policy {
  return {
    podSelector: { matchLabels: roleLabels(role) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: [names, stores(flows, role !== "first-admin" && role !== "mail-domains"), ...beyond[role]],
  };
}

/** Mail goes out by Sidekiq, so that the first owner needs no way out. */
const beyond: Readonly<Record<DayTwoRole, readonly EgressRule[]>> = {
  "first-admin": [],
  "search-index": [],
  "clean-up": [internet(443)], // the bucket
  "mail-domains": [internet(443)], // the lists
  tootctl: [internet(443, 80)], // other servers
};

function stores({ vpc, directPort, valkeyPorts, searchPorts }: DayTwoFlows, search: boolean): EgressRule {
  const ports = [directPort, ...valkeyPorts, ...(search ? searchPorts : [])];
  return { to: [{ ipBlock: { cidr: vpc } }], ports: ports.map((port) => ({ protocol: "TCP", port })) };
}
