// Builds the tailnet's way to the databases, where the settings want it.
import { Gateway } from "../../components/tailnet/gateway/gateway.ts";
import { gatewayNamespace, gatewayPods, gatewayRole } from "../../components/tailnet/gateway/names.ts";
import { hasGateway } from "../../components/tailnet/gateway/settings.ts";
import { machinesOf } from "../rules/tailnet.ts";
import type { Tailnet } from "../../components/tailnet/tailnet.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import type { WorkloadEntry } from "../../components/mastodon/workload-list.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import type { Databases } from "./databases.ts";
import { sidekiqPlacement } from "./server.ts";
import { workerPassages } from "./workers.ts";

interface GatewayParts {
  readonly compute: Compute;
  readonly databases: Databases;
  readonly tailnet: Tailnet;
  readonly mastodon: Mastodon;
}

export function buildGateway({ settings, providers }: Context, parts: GatewayParts): void {
  const { tailnet, name: prefix, network } = settings;
  const machines = machinesOf(settings);
  if (!hasGateway(tailnet, machines)) return;
  const args = {
    settings: tailnet.gateway,
    prefix,
    provider: parts.compute.kubernetes,
    placement: sidekiqPlacement(settings),
    policy: parts.tailnet.acl,
    vpc: network.ipRange,
    forwards: workerPassages(parts.databases).map(({ listen, host, port }) => ({ listen, host, port })),
    backupMetrics: machines.backupMetrics,
  };
  // The server brings the priority classes that the pods name.
  new Gateway("gateway", args, { providers: [providers.tailscale], dependsOn: parts.mastodon });
}

/** What runs for it, in the list of everything that runs. */
export function gatewayWorkloads({ settings }: Context): WorkloadEntry[] {
  if (!hasGateway(settings.tailnet, machinesOf(settings))) return [];
  return gatewayPods.map((name) => ({
    namespace: gatewayNamespace,
    name,
    kind: "Deployment",
    process: gatewayRole,
    replicas: 1,
  }));
}
