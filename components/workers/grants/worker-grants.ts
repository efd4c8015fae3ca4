// The rights of workers' database users, given by a Job in the cluster: only from there is the database reached past its pools.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../mastodon/args.ts";
import { names } from "../../mastodon/kubernetes/network-policies.ts";
import { childOf, named, type Scope } from "../../mastodon/kubernetes/scope.ts";
import type { MastodonSettings } from "../../mastodon/settings.ts";
import { createJob } from "../../mastodon/upgrade/jobs.ts";
import { roleLabels } from "../../mastodon/workloads/workload.ts";
import { grantsJob, grantsRole } from "./job.ts";

export interface WorkerGrantsArgs {
  readonly settings: MastodonSettings;
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  /** Mastodon's namespace, whose configuration the job reads. */
  readonly namespace: pulumi.Input<string>;
  readonly placement: Placement;
  /** Network of the database, and its port past the pools. */
  readonly database: { readonly vpc: string; readonly port: pulumi.Input<number> };
  /** Names of database users, at least one. */
  readonly users: readonly string[];
}

/** Comes after the server's migrations, whose tables it opens, and after the users. */
export class WorkerGrants extends pulumi.ComponentResource {
  /** The Job's name. */
  readonly job: pulumi.Output<string>;

  constructor(name: string, args: WorkerGrantsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:workers:WorkerGrants", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const metadata = named(scope, grantsRole, roleLabels(grantsRole));
    const account = new kubernetes.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata, automountServiceAccountToken: false },
      childOf(scope),
    );
    const { vpc, port } = args.database;
    const database = { to: [{ ipBlock: { cidr: vpc } }], ports: [{ protocol: "TCP", port }] };
    const flows = {
      podSelector: { matchLabels: roleLabels(grantsRole) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [names, database],
    };
    const policy = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-policy`,
      { metadata, spec: flows },
      childOf(scope),
    );
    this.job = createJob(scope, grantsJob(args.settings, args.placement, args.users), [account, policy]).metadata.name;
    this.registerOutputs();
  }
}
