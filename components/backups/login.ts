// The database user that dumps.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

export interface BackupLoginArgs {
  /** Of the PostgreSQL cluster. */
  readonly clusterId: pulumi.Input<string>;
  /** The database with its pools: the platform changes a cluster's parts serially. */
  readonly after: pulumi.Resource;
}

/** Name of the database user. */
export const backupUser = "backup";

/** It has no pool: a dump holds its snapshot over many transactions. Its rights come by a Job (grants.ts). */
export class BackupLogin extends pulumi.ComponentResource {
  /** Secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, { clusterId, after }: BackupLoginArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:backups:BackupLogin", name, {}, opts);
    const user = new digitalocean.DatabaseUser(
      `${name}-user`,
      { clusterId, name: backupUser },
      { parent: this, dependsOn: after },
    );
    this.password = pulumi.secret(user.password);
    this.registerOutputs();
  }
}
