// A managed Valkey instance with its firewall.
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { createFirewall } from "./firewall.ts";
import { valkeyInputs, type DatabasePlace, type EvictionPolicy, type TrustedSources } from "./inputs.ts";
import type { ValkeySettings } from "./settings.ts";

export interface ValkeyArgs extends DatabasePlace, TrustedSources {
  /** What it is for; part of the physical name. */
  readonly use: string;
  readonly settings: ValkeySettings;
  readonly evictionPolicy: EvictionPolicy;
  /** Writes its content to disk, so that it survives a restart. A cache need not. */
  readonly persistent: boolean;
  readonly protect: boolean;
}

/** Valkey over TLS that only the cluster and tagged droplets reach. The platform makes no backups of it. */
export class Valkey extends pulumi.ComponentResource {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** Secret: `rediss://user:password@host:port`. */
  readonly url: pulumi.Output<string>;
  /** DigitalOcean's id, for alerts. */
  readonly clusterId: pulumi.Output<string>;
  /** DigitalOcean's URN, for the project. */
  readonly clusterUrn: pulumi.Output<string>;
  readonly evictionPolicy: EvictionPolicy;

  constructor(name: string, args: ValkeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:database:Valkey", name, {}, opts);
    const { settings, evictionPolicy, protect } = args;
    const cluster = new digitalocean.DatabaseCluster(
      `${name}-cluster`,
      valkeyInputs(args, args.use, settings, evictionPolicy),
      { parent: this, protect },
    );
    const firewall = createFirewall(name, cluster.id, args, { parent: this });
    new digitalocean.DatabaseValkeyConfig(
      `${name}-parameters`,
      // Nothing else: the eviction policy stands at the cluster, and the idle time-out (300 s) spares subscribers and waiting Sidekiqs.
      { clusterId: cluster.id, persistence: args.persistent ? "rdb" : "off" },
      { parent: this, dependsOn: firewall },
    );
    this.host = cluster.privateHost;
    this.port = cluster.port;
    // The address is given away only once the cluster may connect.
    this.url = pulumi.secret(pulumi.all([cluster.privateUri, firewall.id]).apply(([url]) => url));
    this.clusterId = cluster.id;
    this.clusterUrn = cluster.clusterUrn;
    this.evictionPolicy = evictionPolicy;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}
