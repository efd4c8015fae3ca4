// Builds what changes the number of pods by itself, where the settings want it.
import { Autoscaling } from "../../components/autoscaling/autoscaling.ts";
import { kedaNamespace, metricsServerName, operatorName } from "../../components/autoscaling/keda/names.ts";
import { scaledWorkloads } from "../../components/autoscaling/targets.ts";
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import type { WorkloadEntry } from "../../components/mastodon/workload-list.ts";
import { prometheusName, prometheusPort } from "../../components/metrics/pods.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import { placement } from "./server.ts";

/** What runs for it, in the list of everything that runs. */
export function autoscalingWorkloads({ settings }: Context): WorkloadEntry[] {
  if (!settings.autoscaling.enabled) return [];
  return [operatorName, metricsServerName].map((name) => ({
    namespace: kedaNamespace,
    name,
    kind: "Deployment",
    process: "autoscaling",
    replicas: 1,
  }));
}

export function buildAutoscaling(
  { settings }: Context,
  { compute, mastodon }: { readonly compute: Compute; readonly mastodon: Mastodon },
): void {
  if (!settings.autoscaling.enabled) return;
  new Autoscaling(
    "autoscaling",
    {
      settings: settings.autoscaling,
      provider: compute.kubernetes,
      namespace: mastodon.namespace,
      placement: placement("web", settings.kubernetes.pools["web"]),
      workloads: scaledWorkloads(settings.mastodon),
      paused: settings.mastodon.stopped,
      prometheus: `http://${prometheusName}.${namespaceName}:${prometheusPort}`,
    },
    { dependsOn: [mastodon] },
  );
}
