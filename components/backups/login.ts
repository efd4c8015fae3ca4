// The database user that dumps.
import * as pulumi from "@pulumi/pulumi";
import { userIn } from "../database/members.ts";

export interface BackupLoginArgs {
  /** Of the PostgreSQL cluster. */
  readonly clusterId: pulumi.Input<string>;
  /** Users that came with a cluster that is a copy. */
  readonly copied: readonly string[];
  /** The database with its pools: the platform changes a cluster's parts serially. */
  readonly after: pulumi.Resource;
}

/** Name of the database user. */
export const backupUser = "backup";

/** It has no pool: a dump holds its snapshot over many transactions. Its rights come by a Job (grants.ts). */
export class BackupLogin extends pulumi.ComponentResource {
  /** Secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, { clusterId, copied, after }: BackupLoginArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:backups:BackupLogin", name, {}, opts);
    const member = { clusterId, name: backupUser, copied: copied.includes(backupUser) };
    this.password = userIn(`${name}-user`, member, { parent: this, dependsOn: after }).password;
    this.registerOutputs();
  }
}
