// The tailnet: a policy with a hole, or one that Tailscale would refuse, stops here, before anything is sent.
import { hasGateway } from "../../components/tailnet/gateway/settings.ts";
import { judgeSettings } from "../../components/tailnet/judge.ts";
import type { Machines } from "../../components/tailnet/targets.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** The subjects that say what joins the tailnet. */
export const machineSubjects = ["tailnet", "workers", "database", "backups", "metrics"] as const;

export type MachineSubject = (typeof machineSubjects)[number];

/** Whether the host in Kansas City tells the cluster's metrics when it has succeeded; its heartbeat tells in any case. */
export function tellsBackupMetrics({
  tailnet: { access, gateway },
  backups,
  metrics,
}: Pick<Settings, "tailnet" | "backups" | "metrics">): boolean {
  if (backups.kansasCity === undefined || !backups.enabled || !metrics.enabled) return false;
  return gateway.enabled !== false && access.kansasCity.includes("backup-metrics");
}

/** What joins the tailnet. */
export function machinesOf(settings: Pick<Settings, MachineSubject>): Machines {
  const { workers, database, backups } = settings;
  return {
    workers: Object.keys(workers),
    valkeyCache: database.valkey.cache.enabled,
    kansasCity: backups.kansasCity !== undefined,
    backupMetrics: tellsBackupMetrics(settings),
  };
}

/** The policy that follows from the settings is valid, passes its tests and breaks no safety rule. */
function assertPolicySafe({
  network,
  kubernetes,
  ...settings
}: Pick<Settings, MachineSubject | "network" | "kubernetes">): Problem[] {
  return judgeSettings(settings.tailnet, machinesOf(settings), [
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
function assertGatewayForWorkers(settings: Pick<Settings, MachineSubject>): Problem[] {
  const { tailnet, workers } = settings;
  if (Object.keys(workers).length === 0 || hasGateway(tailnet, machinesOf(settings))) return [];
  const message = `would leave ${Object.keys(workers).join(", ")} without the databases; leave it out, or remove the workers`;
  return [{ path: "tailnet.gateway.enabled", value: false, message }];
}

export const tailnetRules = [
  rule([...machineSubjects, "network", "kubernetes"], assertPolicySafe),
  rule(["tailnet", "workers"], assertWorkersOfAccessKnown),
  rule(machineSubjects, assertGatewayForWorkers),
];
