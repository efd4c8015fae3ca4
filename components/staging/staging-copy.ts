// The sanitised copy of a production server's database, with everything that its Job needs.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MastodonArgs } from "../mastodon/args.ts";
import { libpqVariables } from "../mastodon/environment/libpq.ts";
import { withoutTimeLimits } from "../mastodon/environment/rails.ts";
import { flowsOf, internet, names, network, type NetworkPolicy } from "../mastodon/kubernetes/network-policies.ts";
import { createAccount } from "../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../mastodon/kubernetes/scope.ts";
import { createJob, type UpgradeJob } from "../mastodon/upgrade/jobs.ts";
import { roleLabels } from "../mastodon/workloads/workload.ts";
import { clearSql } from "./clear.ts";
import { databaseAccessName, sourceAccessName, sqlName, stagingCopy, stagingCopyName } from "./copy-job.ts";
import type { CopyNames } from "./own-addresses.ts";
import { sanitiseSql } from "./sanitise.ts";
import type { StagingSettings } from "./settings.ts";

/** Of which server this one is a copy, and how its dumps are reached. */
export interface StagingArgs {
  readonly settings: StagingSettings;
  readonly names: CopyNames;
  /** PostgreSQL's image, of the major version of this stack's server. */
  readonly image: string;
  /** Of the bucket with the dumps; with scheme and without bucket. */
  readonly endpoint: string;
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
}

interface StagingCopyArgs extends Pick<MastodonArgs, "settings" | "pools" | "provider" | "database" | "network"> {
  readonly staging: StagingArgs;
  readonly namespace: pulumi.Input<string>;
  /** What must be there before any pod runs. */
  readonly after: pulumi.Resource[];
}

type Values = Record<string, pulumi.Input<string>>;

/** No process of Mastodon starts before this is done: until then the database is empty, or the copy from before. */
export class StagingCopy extends pulumi.ComponentResource {
  readonly job: kubernetes.batch.v1.Job;
  /** What the Job runs, for the list of workloads. */
  readonly plan: UpgradeJob;

  constructor(name: string, args: StagingCopyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:staging:StagingCopy", name, {}, opts);
    const { settings, pools, staging } = args;
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const labels = roleLabels(stagingCopyName);
    const configMap = (key: string, objectName: string, data: Values) =>
      new kubernetes.core.v1.ConfigMap(
        `${name}-${key}`,
        { metadata: named(scope, objectName, labels), data },
        childOf(scope),
      );
    const secret = (key: string, objectName: string, stringData: Values) =>
      new kubernetes.core.v1.Secret(
        `${name}-${key}`,
        { metadata: named(scope, objectName, labels), stringData },
        childOf(scope),
      );
    const needed = [
      createAccount(scope, named(scope, stagingCopyName, labels)),
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-policy`,
        { metadata: named(scope, stagingCopyName, labels), spec: copyPolicy(args) },
        childOf(scope),
      ),
      configMap("database", databaseAccessName, databaseVariables(args)),
      secret("database-secret", databaseAccessName, { PGPASSWORD: args.database.direct.password }),
      configMap("source", sourceAccessName, sourceVariables(staging)),
      secret("source-secret", sourceAccessName, {
        SOURCE_ACCESS_KEY_ID: staging.accessKeyId,
        SOURCE_SECRET_ACCESS_KEY: staging.secretAccessKey,
      }),
      configMap("sql", sqlName, {
        "clear.sql": clearSql,
        "sanitise.sql": sanitiseSql(staging.names, staging.settings.refresh),
      }),
    ];
    this.plan = stagingCopy(settings, pools.sidekiq, staging.settings, staging.image);
    this.job = createJob(scope, this.plan, [...needed, ...args.after]);
    this.registerOutputs();
  }
}

/** The copy where the settings ask for one, as what has to wait for it names it. */
export function createStagingCopy(
  { name, namespace, parent }: Scope,
  { staging, ...args }: Omit<StagingCopyArgs, "staging" | "namespace" | "after"> & Pick<MastodonArgs, "staging">,
  after: pulumi.Resource[],
): StagingCopy[] {
  return staging ? [new StagingCopy(`${name}-staging`, { ...args, staging, namespace, after }, { parent })] : [];
}

/** libpq's own: the application's user, past the pools, and without a limit of time. */
function databaseVariables({ database: { direct } }: StagingCopyArgs): Values {
  return {
    ...libpqVariables(direct, direct.user),
    ...withoutTimeLimits,
  };
}

function sourceVariables({ settings: { source, dump }, endpoint }: StagingArgs): Values {
  return {
    SOURCE_BUCKET: source.bucket,
    SOURCE_REGION: source.region,
    SOURCE_ENDPOINT: endpoint,
    SOURCE_PREFIX: source.prefix,
    SOURCE_DUMP: dump,
  };
}

/** Into the database, to Valkey for the migration's last steps, and out to the bucket. */
function copyPolicy({ network: { vpc }, database }: StagingCopyArgs): NetworkPolicy {
  const egress = [names, network(vpc, [database.direct.port]), internet(443)];
  return flowsOf(roleLabels(stagingCopyName), { ingress: [], egress });
}
