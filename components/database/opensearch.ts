// Managed OpenSearch with its firewall: the full-text search that Mastodon can do without.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { createFirewall } from "./firewall.ts";
import { opensearchInputs, type DatabasePlace, type TrustedSources } from "./inputs.ts";
import type { OpensearchSettings } from "./settings.ts";

export interface OpensearchArgs extends DatabasePlace, TrustedSources {
  readonly settings: OpensearchSettings;
  readonly protect: boolean;
}

/** OpenSearch over TLS that only the cluster and tagged droplets reach. All in it can be made again from PostgreSQL. */
export class Opensearch extends pulumi.ComponentResource {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly user: pulumi.Output<string>;
  /** Secret. */
  readonly password: pulumi.Output<string>;
  readonly nodes: number;
  /** DigitalOcean's id, for alerts. */
  readonly clusterId: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly clusterUrn: pulumi.Output<string>;

  constructor(name: string, args: OpensearchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:database:Opensearch", name, {}, opts);
    const { settings, protect } = args;
    const cluster = new digitalocean.DatabaseCluster(`${name}-cluster`, opensearchInputs(args, settings), {
      parent: this,
      protect,
    });
    const firewall = createFirewall(name, cluster.id, args, { parent: this });
    // The address is given away only once the cluster may connect.
    this.host = pulumi.all([cluster.privateHost, firewall.id]).apply(([host]) => host);
    this.port = cluster.port;
    // Other users cannot be given rights on indices by the API's documented ways (facts section 6), so it is the administrator.
    this.user = cluster.user;
    this.password = pulumi.secret(cluster.password);
    this.nodes = settings.nodes;
    this.clusterId = cluster.id;
    this.clusterUrn = cluster.clusterUrn;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}
