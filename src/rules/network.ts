// Address ranges: nodes, pods and services beside each other and beside what DigitalOcean keeps.
import { overlapProblems } from "../../components/network/ranges.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Nodes, pods and services need addresses of their own, and DigitalOcean keeps some for itself. */
export function assertRangesApart({ network, kubernetes }: Pick<Settings, "network" | "kubernetes">): Problem[] {
  return overlapProblems(
    [
      { path: "network.ipRange", range: network.ipRange },
      { path: "kubernetes.clusterSubnet", range: kubernetes.clusterSubnet },
      { path: "kubernetes.serviceSubnet", range: kubernetes.serviceSubnet },
    ],
    network.region,
  );
}

export const networkRules = [rule(["network", "kubernetes"], assertRangesApart)];
