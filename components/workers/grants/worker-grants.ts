// The rights of workers' database users, given by a Job in the cluster.
import * as pulumi from "@pulumi/pulumi";
import { createGrants, type GrantsArgs } from "../../mastodon/grants/create.ts";
import type { Scope } from "../../mastodon/kubernetes/scope.ts";
import { membershipStatements, tableStatements } from "./statements.ts";

/** Name of the Job's account, policy and pods. */
export const grantsRole = "worker-grants";

export interface WorkerGrantsArgs extends GrantsArgs {
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
    this.job = createGrants(scope, args, grantsRole, {
      administrator: membershipStatements(args.users),
      application: tableStatements,
    });
    this.registerOutputs();
  }
}
