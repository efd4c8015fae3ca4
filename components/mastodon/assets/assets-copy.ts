// The copying of a version's scripts and styles, with everything that it needs.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AssetsArgs, MastodonArgs } from "../args.ts";
import { createAccount, createPolicies } from "../kubernetes/objects.ts";
import { childOf, named, type Scope } from "../kubernetes/scope.ts";
import { createJob } from "../upgrade/jobs.ts";
import { roleLabels } from "../workloads/workload.ts";
import { assetsCopyName, assetsJobName, assetsJobSpec, assetsPolicies, assetsScript, assetsScriptName } from "./job.ts";

interface AssetsCopyArgs extends Pick<MastodonArgs, "settings" | "provider" | "pools"> {
  readonly assets: AssetsArgs;
  readonly namespace: pulumi.Input<string>;
  /** What must be there before any pod runs. */
  readonly after: readonly pulumi.Resource[];
}

/** Pods of one version serve pages that load that version's files, from any pod or from the CDN: so the files come first. */
export class AssetsCopy extends pulumi.ComponentResource {
  /** Is done when all files are in the bucket. */
  readonly job: kubernetes.batch.v1.Job;

  constructor(name: string, args: AssetsCopyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mastodon:AssetsCopy", name, {}, opts);
    const { settings, assets, pools } = args;
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const metadata = named(scope, assetsCopyName, roleLabels(assetsCopyName));
    const account = createAccount(scope, metadata);
    const script = new kubernetes.core.v1.ConfigMap(
      `${name}-script`,
      { metadata: named(scope, assetsScriptName), data: assetsScript() },
      childOf(scope),
    );
    const data = { ASSETS_BUCKET: assets.bucket, ASSETS_ENDPOINT: assets.endpoint, ASSETS_REGION: assets.region };
    const variables = new kubernetes.core.v1.ConfigMap(`${name}-variables`, { metadata, data }, childOf(scope));
    const stringData = {
      ASSETS_ACCESS_KEY_ID: assets.accessKeyId,
      ASSETS_SECRET_ACCESS_KEY: assets.secretAccessKey,
    };
    const access = new kubernetes.core.v1.Secret(`${name}-access`, { metadata, stringData }, childOf(scope));
    const policies = createPolicies(scope, assetsPolicies());
    const { version } = settings;
    const job = { logicalName: "job", name: assetsJobName(settings), role: assetsCopyName, version } as const;
    const spec = assetsJobSpec(settings, pools.sidekiq);
    this.job = createJob(scope, { ...job, spec }, [account, script, variables, access, ...policies, ...args.after]);
    this.registerOutputs();
  }
}
