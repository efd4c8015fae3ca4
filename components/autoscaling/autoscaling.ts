// Autoscaling in the cluster: KEDA, and one ScaledObject for each workload that may grow.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../mastodon/args.ts";
import { named, type Scope } from "../mastodon/kubernetes/scope.ts";
import { Keda } from "./keda/keda.ts";
import { scaledObjectSpec } from "./scaled-objects.ts";
import type { AutoscalingSettings } from "./settings.ts";
import type { ScaledWorkload } from "./targets.ts";

export interface AutoscalingArgs {
  readonly settings: AutoscalingSettings;
  readonly provider: kubernetes.Provider;
  /** Mastodon's namespace. */
  readonly namespace: pulumi.Input<string>;
  readonly placement: Placement;
  readonly workloads: readonly ScaledWorkload[];
  /** Keeps every workload at no pod. */
  readonly paused: boolean;
  /** Address of Prometheus inside the cluster, with scheme and port. */
  readonly prometheus: string;
}

/** KEDA's way to hold a workload (keda.sh, pausing, 2.19): to take the ScaledObject away would leave the pods that it has. */
const pausedAtNone = { "autoscaling.keda.sh/paused-replicas": "0" };

/** Runs each workload between its bounds. Created after the workloads, and gone before them. */
export class Autoscaling extends pulumi.ComponentResource {
  constructor(name: string, args: AutoscalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:autoscaling:Autoscaling", name, {}, opts);
    const { settings, provider, namespace } = args;
    const keda = new Keda("keda", args, { parent: this });
    const scope: Scope = { name, namespace, parent: this, provider };
    for (const workload of args.workloads)
      new kubernetes.apiextensions.CustomResource(
        `${name}-${workload.name}`,
        {
          apiVersion: "keda.sh/v1alpha1",
          kind: "ScaledObject",
          metadata: { ...named(scope, workload.name), ...(args.paused && { annotations: pausedAtNone }) },
          spec: scaledObjectSpec(workload, settings, args.prometheus),
        },
        // KEDA ends last: it takes its finalizer off a ScaledObject that goes.
        { parent: this, provider, dependsOn: [keda] },
      );
    this.registerOutputs();
  }
}
