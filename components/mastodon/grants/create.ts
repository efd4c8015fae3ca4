// Registers a Job that gives database users their rights, with its account and its flows: only from inside the cluster is the database reached past
// its pools.
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../args.ts";
import { flowsOf, names, network } from "../kubernetes/network-policies.ts";
import { createAccount } from "../kubernetes/objects.ts";
import { childOf, named, type Scope } from "../kubernetes/scope.ts";
import type { MastodonSettings } from "../settings.ts";
import { createJob } from "../upgrade/jobs.ts";
import { roleLabels } from "../workloads/workload.ts";
import { grantsJob, type GrantsRole, type GrantStatements } from "./job.ts";

export interface GrantsArgs {
  readonly settings: MastodonSettings;
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  /** Mastodon's namespace, whose configuration the job reads. */
  readonly namespace: pulumi.Input<string>;
  readonly placement: Placement;
  /** Network of the database, and its port past the pools. */
  readonly database: { readonly vpc: string; readonly port: pulumi.Input<number> };
}

/** Comes after the server's migrations, whose tables it opens, and after the users. @returns the Job's name */
export function createGrants(
  scope: Scope,
  { settings, placement, database: { vpc, port } }: GrantsArgs,
  role: GrantsRole,
  statements: GrantStatements,
): pulumi.Output<string> {
  const labels = roleLabels(role);
  const metadata = named(scope, role, labels);
  const account = createAccount(scope, metadata);
  const policy = new kubernetes.networking.v1.NetworkPolicy(
    `${scope.name}-policy`,
    { metadata, spec: flowsOf(labels, { ingress: [], egress: [names, network(vpc, [port])] }) },
    childOf(scope),
  );
  return createJob(scope, grantsJob(settings, placement, role, statements), [account, policy]).metadata.name;
}
