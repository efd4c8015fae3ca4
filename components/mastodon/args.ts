// What the Mastodon component needs from the rest of the stack.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { StagingArgs } from "../staging/staging-copy.ts";
import type { CachePurgeArgs } from "./cache-purge.ts";
import type { MastodonSettings, Resources } from "./settings.ts";
import type { DumpArgs } from "./upgrade/upgrade-dump.ts";

/** On which nodes pods run. */
export interface Placement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

/** Lets a pod onto nodes with that taint. */
interface Toleration {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** One way into PostgreSQL. */
export interface DatabaseConnection {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  /** Name of the database, or of the pool where this is a pool. */
  readonly name: pulumi.Input<string>;
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** A server that follows the primary and takes reading off it; reached past the pools, with the same user and password. */
interface ReplicaArgs {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  /** Name of the database itself: a replica has no pools. */
  readonly name: string;
}

interface DatabaseArgs {
  /** Through a transaction pool for each kind of process, so that none takes the connections of another. */
  readonly pools: Readonly<Record<"web" | "sidekiq" | "streaming", DatabaseConnection>>;
  /** Past the pool: migrations, whose advisory locks a pool would lose. */
  readonly direct: DatabaseConnection;
  /** Owner of the database. Lets the application's user create tables, which PostgreSQL 15 denies otherwise. */
  readonly admin: { readonly user: pulumi.Input<string>; readonly password: pulumi.Input<string> };
  /** PEM of the authority that signed the certificates of the server and of its replica. */
  readonly caCertificate: pulumi.Input<string>;
  /** Seconds after which a statement of the application's user is ended; 0 never. Migrations have no limit. */
  readonly statementSeconds: number;
  /** @default - everything reads from the primary */
  readonly replica?: ReplicaArgs | undefined;
}

/** Full-text search: OpenSearch with a certificate of a public authority. */
interface SearchArgs {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
  /** Decides on the copies of each index. */
  readonly nodes: number;
}

interface ValkeyArgs {
  /** `rediss://` URL of the instance that never evicts: feeds, locks, jobs. */
  readonly url: pulumi.Input<string>;
  /**
   * `rediss://` URL of the instance that may evict.
   * @default - the Rails cache lives with the rest
   */
  readonly cacheUrl?: pulumi.Input<string> | undefined;
  /** Ports of all instances, opened in the network policies. */
  readonly ports: readonly pulumi.Input<number>[];
}

interface MediaArgs {
  readonly bucket: pulumi.Input<string>;
  readonly region: string;
  /** With scheme and without bucket, for example `https://nyc3.digitaloceanspaces.com`. */
  readonly endpoint: string;
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
  /** The host that people's browsers load media from; no scheme, no bucket. */
  readonly aliasHost: string;
  /** Origins with scheme that browsers may load media from besides, while the host changes. */
  readonly extraHosts: readonly string[];
  /** Its former host, which the edge then answers for, and sends its visitors to the new one. */
  readonly formerHost?: string | undefined;
}

/** Where the scripts and styles of all versions lie, side by side. */
export interface AssetsArgs {
  readonly bucket: pulumi.Input<string>;
  readonly region: string;
  /** With scheme and without bucket. */
  readonly endpoint: string;
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
  /** The bucket's own host name, from which the edge takes what the pods of this version do not have. */
  readonly host: string;
  /**
   * Origin that pages load them from, with scheme.
   * @default - the site's own host
   */
  readonly cdn?: string | undefined;
}

interface MailArgs {
  readonly host: pulumi.Input<string>;
  /** 2587 is the STARTTLS port that DigitalOcean does not block. */
  readonly port: number;
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
  readonly from: string;
}

/** Host names without scheme. */
interface DomainArgs {
  /** The part after the @. */
  readonly local: string;
  readonly web: string;
  readonly streaming: string;
}

/** Address ranges in CIDR notation. */
export interface NetworkArgs {
  /** Nodes, databases and the load balancer. */
  readonly vpc: string;
  readonly pods: string;
}

export interface LoadBalancerArgs {
  readonly name: string;
  /** Whether it has an IPv6 address as well, which is decided when it is made and never changes. */
  readonly ipv6: boolean;
  readonly tls: TlsArgs;
}

/** Where TLS ends. */
export type TlsArgs =
  | {
      readonly at: "loadBalancer";
      /** Name, not id: the id of a managed certificate changes at each renewal. Covers all host names of `domains`. */
      readonly certificateName: pulumi.Input<string>;
    }
  | {
      /** With the certificate that cert-manager keeps in a Secret. */
      readonly at: "edge";
      /** Address inside the cluster at which cert-manager reaches the edge. */
      readonly insideAddress: string;
    };

/** Secrets of an existing server; each group that is missing is generated. */
export interface GivenSecrets {
  readonly secretKeyBase?: pulumi.Input<string>;
  readonly activeRecord?: {
    readonly primaryKey: pulumi.Input<string>;
    readonly deterministicKey: pulumi.Input<string>;
    readonly keyDerivationSalt: pulumi.Input<string>;
  };
  readonly vapid?: { readonly privateKey: pulumi.Input<string>; readonly publicKey: pulumi.Input<string> };
}

export interface MastodonArgs {
  readonly settings: MastodonSettings;
  /** Of the cluster that Mastodon runs in. */
  readonly provider: kubernetes.Provider;
  readonly randomProvider: pulumi.ProviderResource;
  readonly tlsProvider: pulumi.ProviderResource;
  readonly domains: DomainArgs;
  readonly network: NetworkArgs;
  readonly database: DatabaseArgs;
  readonly valkey: ValkeyArgs;
  /** @default - no full-text search */
  readonly search?: SearchArgs | undefined;
  readonly media: MediaArgs;
  /** @default - they are in the pods only, each version's own */
  readonly assets?: AssetsArgs | undefined;
  readonly mail: MailArgs;
  readonly loadBalancer: LoadBalancerArgs;
  /** `web`: web, streaming, edge. `sidekiq`: workers and jobs. The same placement twice is allowed. */
  readonly pools: { readonly web: Placement; readonly sidekiq: Placement };
  /** @default - nobody is told of removed media, which stays in the CDN until its time is over */
  readonly cachePurge?: CachePurgeArgs | undefined;
  /** @default - all secrets are generated */
  readonly secrets?: GivenSecrets;
  /**
   * Lets the processes show metrics; web's go through a collector with these resources.
   * @default - only streaming shows any
   */
  readonly metrics?: { readonly exporter: Resources } | undefined;
  /**
   * Names of Deployments whose pods a scaler counts: they say nothing of `replicas`.
   * @default - none
   */
  readonly scaled?: readonly string[] | undefined;
  /** @default - versions are migrated without a dump before */
  readonly dump?: DumpArgs | undefined;
  /** @default - a server of its own, not a sanitised copy of another one */
  readonly staging?: StagingArgs | undefined;
  /** Refuses deletion of the generated secrets, without which the database cannot be read. */
  readonly protect: boolean;
}
