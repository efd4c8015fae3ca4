// The firewall of a managed database, the same for each.
import * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import { trustedSources, type TrustedSources } from "./inputs.ts";

/**
 * Rules that admit only the cluster and tagged droplets. Deleting them would let everybody in, so they are never deleted: they go with the
 * database. Whoever gives away the database's address waits for them.
 * @param name of the component that the database belongs to
 * @param clusterId of the database; for a replica its `uuid`
 */
export function createFirewall(
  name: string,
  clusterId: pulumi.Output<string>,
  sources: TrustedSources,
  options: pulumi.CustomResourceOptions,
): digitalocean.DatabaseFirewall {
  return new digitalocean.DatabaseFirewall(
    `${name}-firewall`,
    { clusterId, rules: trustedSources(sources) },
    { ...options, retainOnDelete: true },
  );
}
