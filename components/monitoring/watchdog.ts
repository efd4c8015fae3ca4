// The watchdog in the cluster: while it reports to an outside service, the cluster, its way out, web and streaming are alive.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createAccount, createPolicies } from "../mastodon/kubernetes/objects.ts";
import { childOf, named, type Scope } from "../mastodon/kubernetes/scope.ts";
import { roleLabels } from "../mastodon/workloads/workload.ts";
import { heartbeatKey, watchdogName, watchdogPolicies, type WatchdogPlan, watchdogSpec } from "./watchdog-pod.ts";

export interface WatchdogArgs extends WatchdogPlan {
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  /** Mastodon's namespace, where web and streaming are. */
  readonly namespace: pulumi.Input<string>;
  /** Secret: the address that is called when all is well. */
  readonly heartbeatUrl: pulumi.Input<string>;
}

/** A dead man's switch: it says nothing when something is wrong, and the outside service rings because it hears nothing. */
export class Watchdog extends pulumi.ComponentResource {
  constructor(name: string, args: WatchdogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:monitoring:Watchdog", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const metadata = named(scope, watchdogName, roleLabels(watchdogName));
    const account = createAccount(scope, metadata);
    const address = new kubernetes.core.v1.Secret(
      `${name}-address`,
      { metadata, stringData: { [heartbeatKey]: args.heartbeatUrl } },
      childOf(scope),
    );
    const policies = createPolicies(scope, watchdogPolicies());
    new kubernetes.batch.v1.CronJob(
      `${name}-job`,
      { metadata, spec: watchdogSpec(args) },
      childOf(scope, [account, address, ...policies]),
    );
    this.registerOutputs();
  }
}
