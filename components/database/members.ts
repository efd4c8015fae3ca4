// The database and the users of a PostgreSQL cluster: made by the program, or found in a cluster that the platform made as a copy.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

export interface DatabaseMember {
  readonly clusterId: pulumi.Input<string>;
  readonly name: string;
  /**
   * Whether the cluster came with it: a copy has all databases and users of its original (docs.digitalocean.com, fork a cluster, 2026), and
   * making one again would be refused.
   */
  readonly copied: boolean;
}

/** A name with what has to wait for it. */
export interface FoundDatabase {
  readonly name: pulumi.Output<string>;
  readonly resources: readonly pulumi.Resource[];
}

export interface FoundUser extends FoundDatabase {
  /** Secret. */
  readonly password: pulumi.Output<string>;
}

/** The database of that name. */
export function databaseIn(
  logicalName: string,
  { clusterId, name, copied }: DatabaseMember,
  options: pulumi.CustomResourceOptions,
): FoundDatabase {
  if (copied) return { name: known(clusterId, name), resources: [] };
  const made = new digitalocean.DatabaseDb(logicalName, { clusterId, name }, options);
  return { name: made.name, resources: [made] };
}

/** The user of that name with its password. */
export function userIn(
  logicalName: string,
  { clusterId, name, copied }: DatabaseMember,
  options: pulumi.CustomResourceOptions,
): FoundUser {
  if (copied) {
    const found = digitalocean.getDatabaseUserOutput({ clusterId, name }, options);
    return { name: known(clusterId, name), password: pulumi.secret(found.password), resources: [] };
  }
  const made = new digitalocean.DatabaseUser(logicalName, { clusterId, name }, options);
  return { name: made.name, password: pulumi.secret(made.password), resources: [made] };
}

/** It is there once the cluster is. */
function known(clusterId: pulumi.Input<string>, name: string): pulumi.Output<string> {
  return pulumi.output(clusterId).apply(() => name);
}
