// The dump before a version's migrations, with everything that its Job needs.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MastodonArgs } from "../args.ts";
import { libpqVariables } from "../environment/libpq.ts";
import { flowsOf, internet, names, network, type NetworkPolicy } from "../kubernetes/network-policies.ts";
import { createAccount } from "../kubernetes/objects.ts";
import { childOf, named, type Scope } from "../kubernetes/scope.ts";
import { roleLabels } from "../workloads/workload.ts";
import { dumpEnvironmentName, type DumpPlan } from "./dump-job.ts";
import { createJob, type UpgradeJob } from "./jobs.ts";

/** Where dumps go, and with what. */
export interface DumpArgs extends DumpPlan {
  readonly bucket: pulumi.Input<string>;
  readonly region: string;
  /** With scheme and without bucket. */
  readonly endpoint: string;
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
}

interface UpgradeDumpArgs extends Pick<MastodonArgs, "provider" | "database" | "network"> {
  readonly dump: DumpArgs;
  readonly job: UpgradeJob;
  readonly namespace: pulumi.Input<string>;
  /** What must be there before any pod runs. */
  readonly after: pulumi.Resource[];
}

/** Nothing is migrated before this is done: migrations cannot be taken back, a dump can be put back. */
export class UpgradeDump extends pulumi.ComponentResource {
  /** Is done when the dump is in the bucket, or when there is nothing to dump. */
  readonly job: kubernetes.batch.v1.Job;

  constructor(name: string, args: UpgradeDumpArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mastodon:UpgradeDump", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const metadata = named(scope, dumpEnvironmentName, roleLabels("upgrade-dump"));
    const account = createAccount(scope, metadata);
    const variables = new kubernetes.core.v1.ConfigMap(
      `${name}-variables`,
      { metadata, data: dumpVariables(args) },
      childOf(scope),
    );
    const access = new kubernetes.core.v1.Secret(
      `${name}-access`,
      { metadata, stringData: dumpSecrets(args) },
      childOf(scope),
    );
    const policy = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-policy`,
      { metadata, spec: dumpPolicy(args.network.vpc, args.database.direct.port) },
      childOf(scope),
    );
    this.job = createJob(scope, args.job, [account, variables, access, policy, ...args.after]);
    this.registerOutputs();
  }
}

/** libpq's own variables for all three containers; the application's user owns the tables, and the administrator may not even read them. */
function dumpVariables({ database: { direct }, dump }: UpgradeDumpArgs): Record<string, pulumi.Input<string>> {
  return {
    ...libpqVariables(direct, direct.user),
    DUMP_BUCKET: dump.bucket,
    DUMP_REGION: dump.region,
    DUMP_ENDPOINT: dump.endpoint,
  };
}

function dumpSecrets({ database: { direct }, dump }: UpgradeDumpArgs): Record<string, pulumi.Input<string>> {
  return {
    PGPASSWORD: direct.password,
    DUMP_ACCESS_KEY_ID: dump.accessKeyId,
    DUMP_SECRET_ACCESS_KEY: dump.secretAccessKey,
  };
}

/** Past the pools into the database, and out to the bucket. */
function dumpPolicy(vpc: string, port: pulumi.Input<number>): NetworkPolicy {
  return flowsOf(roleLabels("upgrade-dump"), { ingress: [], egress: [names, network(vpc, [port]), internet(443)] });
}
