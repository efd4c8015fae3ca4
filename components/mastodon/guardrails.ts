// What holds pods in check before the first one starts: accounts, priorities, network policies, disruption budgets.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MastodonArgs } from "./args.ts";
import { denyMetadataService } from "./kubernetes/metadata-service.ts";
import { networkPolicies } from "./kubernetes/role-policies.ts";
import { proofPolicies } from "./kubernetes/proof-policies.ts";
import { priorityClasses } from "./kubernetes/priority-classes.ts";
import { createAccount } from "./kubernetes/objects.ts";
import { childOf, named, type Scope } from "./kubernetes/scope.ts";
import { type Role, roleLabels, type Workload, workloadLabels } from "./workloads/workload.ts";

interface GuardrailsArgs extends Pick<
  MastodonArgs,
  "provider" | "network" | "database" | "valkey" | "search" | "mail" | "loadBalancer" | "staging"
> {
  readonly namespace: pulumi.Input<string>;
  readonly workloads: readonly Workload[];
}

const roles: readonly Role[] = ["web", "streaming", "sidekiq", "edge", "migrate"];

/** Everything that limits pods: pods depend on it, so that none ever runs without it. */
export class Guardrails extends pulumi.ComponentResource {
  constructor(name: string, args: GuardrailsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mastodon:Guardrails", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    for (const role of roles) createAccount(scope, named(scope, role, roleLabels(role)), role);
    for (const { name: className, value, description } of priorityClasses) {
      const metadata = { name: className, labels: clusterWideLabels };
      new kubernetes.scheduling.v1.PriorityClass(
        `${name}-${className}`,
        { metadata, value, description },
        childOf(scope),
      );
    }
    for (const workload of args.workloads) disruptionBudget(scope, workload);
    const proofs = args.loadBalancer.tls.at === "edge" ? proofPolicies : {};
    for (const [policyName, spec] of Object.entries({ ...networkPolicies(flowsOf(args)), ...proofs }))
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-${policyName}`,
        { metadata: named(scope, policyName), spec },
        childOf(scope),
      );
    new kubernetes.apiextensions.CustomResource(
      `${name}-metadata-service`,
      {
        apiVersion: "cilium.io/v2",
        kind: "CiliumClusterwideNetworkPolicy",
        metadata: { name: "deny-metadata-service", labels: clusterWideLabels },
        spec: denyMetadataService,
      },
      childOf(scope),
    );
    this.registerOutputs({});
  }
}

const clusterWideLabels = { "app.kubernetes.io/part-of": "mastodon", "app.kubernetes.io/managed-by": "pulumi" };

function flowsOf({ network, database, valkey, search, mail, staging }: GuardrailsArgs) {
  const { web, sidekiq, streaming } = database.pools;
  return {
    vpc: network.vpc,
    poolPorts: { web: web.port, sidekiq: sidekiq.port, streaming: streaming.port },
    directPort: database.direct.port,
    replicaPorts: database.replica ? [database.replica.port] : [],
    valkeyPorts: valkey.ports,
    searchPorts: search ? [search.port] : [],
    mailPort: mail.port,
    copy: staging && { storageAddresses: staging.settings.storageAddresses },
  };
}

/** One pod at a time. Counting what may be missing, not what must stay, never blocks a drain, even of a single pod. */
function disruptionBudget(scope: Scope, workload: Workload): void {
  const labels = workloadLabels(workload);
  new kubernetes.policy.v1.PodDisruptionBudget(
    `${scope.name}-${workload.name}-budget`,
    {
      metadata: named(scope, workload.name, labels),
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: labels } },
    },
    childOf(scope),
  );
}
