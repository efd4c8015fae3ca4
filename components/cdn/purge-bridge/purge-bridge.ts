// The service in the cluster that takes removed media out of the CDN.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checksumOf } from "../../mastodon/checksum.ts";
import { createAccount, createPolicies, unawaited } from "../../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../../mastodon/kubernetes/scope.ts";
import { roleLabels } from "../../mastodon/workloads/workload.ts";
import type { PurgeAccess } from "./access.ts";
import { purgeDeployment, purgeName, type PurgePlan, purgePolicies, purgeService, serviceFiles } from "./pod.ts";

export interface PurgeBridgeArgs extends Omit<PurgePlan, "checksums"> {
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  /** Mastodon's namespace, where Sidekiq is. */
  readonly namespace: pulumi.Input<string>;
  readonly access: PurgeAccess;
}

/**
 * Mastodon's cache buster calls a URL for each removed file; no CDN here listens to that, so this service turns the calls into purges through the
 * CDN's API, within its rate limits. See docs/decisions/0005-purge-bridge.md.
 */
export class PurgeBridge extends pulumi.ComponentResource {
  constructor(name: string, args: PurgeBridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:cdn:PurgeBridge", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const metadata = named(scope, purgeName, roleLabels(purgeName));
    const account = createAccount(scope, metadata);
    const files = serviceFiles();
    const code = new kubernetes.core.v1.ConfigMap(`${name}-code`, { metadata, data: files }, childOf(scope));
    const stringData = { PURGE_SECRET: args.access.secret, ...args.access.environment };
    const secret = new kubernetes.core.v1.Secret(`${name}-access`, { metadata, stringData }, childOf(scope));
    const policies = createPolicies(scope, purgePolicies());
    const checksums = { access: checksumOf(stringData), code: checksumOf(files) };
    const deployment = new kubernetes.apps.v1.Deployment(
      `${name}-deployment`,
      { metadata, spec: purgeDeployment({ ...args, checksums }) },
      childOf(scope, [account, code, secret, ...policies]),
    );
    new kubernetes.core.v1.Service(
      `${name}-service`,
      { metadata: unawaited(metadata), spec: purgeService() }, // the engine has waited for the pod
      childOf(scope, [deployment]),
    );
    this.registerOutputs();
  }
}
