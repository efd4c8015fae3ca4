// Which flows each kind of job needs, beside the rule that shuts everything.
import {
  type EgressRule,
  flowsOf,
  internet,
  names,
  network,
  type NetworkPolicy,
} from "../kubernetes/network-policies.ts";
import type { FlowOptions } from "../kubernetes/role-policies.ts";
import { roleLabels } from "../workloads/workload.ts";
import type { DayTwoRole } from "./jobs.ts";

export type DayTwoFlows = Pick<FlowOptions, "vpc" | "directPort" | "valkeyPorts" | "searchPorts">;

/** All look up names and reach the databases past the pools. Nobody reaches them. */
export function dayTwoPolicy(role: DayTwoRole, flows: DayTwoFlows): NetworkPolicy {
  const withSearch = role !== "first-admin" && role !== "mail-domains";
  return flowsOf(roleLabels(role), { ingress: [], egress: [names, stores(flows, withSearch), ...beyond[role]] });
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
  return network(vpc, [directPort, ...valkeyPorts, ...(search ? searchPorts : [])]);
}
