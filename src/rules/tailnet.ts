// The tailnet: a policy with a hole, or one that Tailscale would refuse, stops here, before anything is sent.
import { hasGateway } from "../../components/tailnet/gateway/settings.ts";
import { judgeSettings } from "../../components/tailnet/judge.ts";
import type { Machines } from "../../components/tailnet/targets.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** The subjects that say what joins the tailnet. */
export const machineSubjects = ["workers", "database", "backups", "metrics"] as const;

export type MachineSubject = (typeof machineSubjects)[number];

/** What joins the tailnet. */
export function machinesOf({ workers, database, backups, metrics }: Pick<Settings, MachineSubject>): Machines {
  const kansasCity = backups.kansasCity !== undefined;
  return {
    workers: Object.keys(workers),
    valkeyCache: database.valkey.cache.enabled,
    kansasCity,
    backupMetrics: kansasCity && metrics.enabled,
  };
}

/** The policy that follows from the settings is valid, passes its tests and breaks no safety rule. */
function assertPolicySafe({
  tailnet,
  network,
  kubernetes,
  ...others
}: Pick<Settings, "tailnet" | MachineSubject | "network" | "kubernetes">): Problem[] {
  return judgeSettings(tailnet, machinesOf(others), [
    { path: "network.ipRange", range: network.ipRange },
    { path: "kubernetes.clusterSubnet", range: kubernetes.clusterSubnet },
    { path: "kubernetes.serviceSubnet", range: kubernetes.serviceSubnet },
  ]);
}

/** What one worker may reach is said of a worker that there is. */
function assertWorkersOfAccessKnown({ tailnet, workers }: Pick<Settings, "tailnet" | "workers">): Problem[] {
  const known = Object.keys(workers);
  return Object.keys(tailnet.access.worker)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: `tailnet.access.worker.${name}`,
      message: `names no worker; allowed: ${known.join(", ") || "none, since there are no workers"}`,
    }));
}

/** Workers reach the databases through the gateway only. */
function assertGatewayForWorkers({ tailnet, workers }: Pick<Settings, "tailnet" | "workers">): Problem[] {
  if (Object.keys(workers).length === 0 || hasGateway(tailnet, workers)) return [];
  const message = `would leave ${Object.keys(workers).join(", ")} without the databases; leave it out, or remove the workers`;
  return [{ path: "tailnet.gateway.enabled", value: false, message }];
}

export const tailnetRules = [
  rule(["tailnet", ...machineSubjects, "network", "kubernetes"], assertPolicySafe),
  rule(["tailnet", "workers"], assertWorkersOfAccessKnown),
  rule(["tailnet", "workers"], assertGatewayForWorkers),
];
