// What a stack is billed for: each part with how many of it there are at rest and at peak.
import { uptimeChecks } from "../../../components/monitoring/checks.ts";
import { dropletWorkers } from "../../../components/workers/settings.ts";
import { mainAccount } from "../../secrets-settings.ts";
import { poolPlans } from "../capacity/plan.ts";
import { databaseParts } from "./database-parts.ts";
import { type BilledSettings, fixedPart, type Part } from "./part.ts";
import { trafficParts } from "./traffic-parts.ts";

/** Everything that costs something; what is free is left out. */
export function partsOf(settings: BilledSettings): Part[] {
  const nodes = nodeParts(settings);
  const parts = [
    ...(settings.kubernetes.ha ? [fixedPart("highly available control plane", "doks:ha-control-plane", 1)] : []),
    ...nodes,
    fixedPart("load balancer nodes", "lb:regional", settings.mastodon.loadBalancerNodes),
    ...databaseParts(settings.database),
    fixedPart("GiB of Prometheus' volume", "volume:gib", settings.metrics.enabled ? settings.metrics.volumeGib : 0),
    ...workerParts(settings),
    fixedPart("uptime checks after the first", "uptime:check", Math.max(0, checkCount(settings) - 1)),
    ...trafficParts(settings, [...nodes, ...workerParts(settings, mainAccount)]),
  ];
  return parts.filter(({ atPeak }) => atPeak > 0);
}

/** Nodes of each pool: as many as its pods need, within its bounds. */
function nodeParts(settings: BilledSettings): Part[] {
  return poolPlans(settings).map(({ pool, size, min, max, atRest, atPeak }) => {
    const rest = Math.min(max, Math.max(min, atRest.nodes ?? min));
    const peak = Math.min(max, Math.max(rest, atPeak.nodes ?? max));
    return { name: `nodes of pool ${pool}, ${size}`, price: `droplet:${size}`, atRest: rest, atPeak: peak };
  });
}

/** Queue workers as droplets, all of them or those of one account. */
function workerParts({ workers }: BilledSettings, only?: string): Part[] {
  return dropletWorkers(workers)
    .filter(([, { account }]) => only === undefined || account === only)
    .map(([name, { account, size }]) =>
      fixedPart(`worker ${name} in account ${account}, ${size}`, `droplet:${size}`, 1),
    );
}

function checkCount({ domains, monitoring }: BilledSettings): number {
  return uptimeChecks(domains, monitoring, "").length;
}
