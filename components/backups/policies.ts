// Who may talk to whom for backups. Both namespaces are shut; each job gets the buckets, where its heartbeat is told too, and the one store that it reads.
import type * as pulumi from "@pulumi/pulumi";
import { toApiServer } from "../mastodon/kubernetes/api-server-policy.ts";
import {
  defaultDeny,
  type EgressRule,
  flowsOf,
  internet,
  names,
  network,
  type NetworkPolicy,
  podsIn,
  tcp,
} from "../mastodon/kubernetes/network-policies.ts";
import { namespaceName } from "../mastodon/kubernetes/namespace.ts";
import { roleLabels } from "../mastodon/workloads/workload.ts";
import { pushgatewayName, pushgatewayPort } from "../metrics/pushgateway-address.ts";
import type { BackupJob } from "./jobs.ts";

/** What the jobs reach inside. */
export interface BackupFlows {
  /** Network of the managed databases. */
  readonly vpc: string;
  /** Past the pools: of the primary, and of the replica where there is one. */
  readonly databasePorts: readonly pulumi.Input<number>[];
  readonly valkeyPort: pulumi.Input<number>;
  /** Whether there is a Pushgateway. */
  readonly metrics: boolean;
}

/** Policies by name. The buckets have no fixed addresses, so that the way to them is any server outside by https. */
export function backupPolicies(jobs: readonly BackupJob[], flows: BackupFlows): Record<string, NetworkPolicy> {
  const policies = jobs.map((job) => [
    job.role,
    flowsOf(roleLabels(job.role), { ingress: [], egress: [names, internet(443), ...inside(job, flows)] }),
  ]);
  return { "default-deny": defaultDeny, ...Object.fromEntries(policies) };
}

function inside({ reaches }: BackupJob, { vpc, databasePorts, valkeyPort, metrics }: BackupFlows): EgressRule[] {
  const pushgateway = podsIn(namespaceName, roleLabels(pushgatewayName));
  return [
    ...(reaches === "database" ? [network(vpc, databasePorts)] : []),
    ...(reaches === "valkey" ? [network(vpc, [valkeyPort])] : []),
    ...(metrics ? [{ to: [pushgateway], ports: tcp(pushgatewayPort) }] : []),
  ];
}

/** Cilium's policies by name. */
export function apiServerPolicies(jobs: readonly BackupJob[]): Record<string, object> {
  const asking = jobs.filter(({ reaches }) => reaches === "api-server");
  return Object.fromEntries(
    asking.map(({ role }) => [
      `${role}-to-api-server`,
      toApiServer("The snapshot of the cluster may ask the API server what it holds", roleLabels(role)),
    ]),
  );
}
