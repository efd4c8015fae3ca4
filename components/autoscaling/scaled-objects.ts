// The ScaledObject of a workload: its bounds, its triggers, and how it grows, shrinks and stands still.
import type { AutoscalingSettings } from "./settings.ts";
import type { ScaledWorkload } from "./targets.ts";
import { triggersOf } from "./triggers.ts";

/**
 * Specification of a `keda.sh/v1alpha1` ScaledObject.
 *
 * The fallback holds or lifts, and never lowers: KEDA 2.19 takes `currentReplicasIfHigher` for `AverageValue` and, by the share of pods that are
 * ready, for `Value` (pkg/fallback/fallback.go); it wants at least one trigger of the former kind, which each workload has. Until it sets in,
 * the horizontal pod autoscaler shrinks nothing either, because one of its metrics is missing.
 *
 * No `activationThreshold` and no `cooldownPeriod`: both decide on zero pods, which no workload here ever has.
 * @param prometheus address of Prometheus, with scheme and port
 */
export function scaledObjectSpec(workload: ScaledWorkload, settings: AutoscalingSettings, prometheus: string) {
  const { name, min, max } = workload;
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
    pollingInterval: settings.pollingSeconds,
    minReplicaCount: min,
    maxReplicaCount: max,
    fallback: { failureThreshold: settings.fallback.failures, replicas: min, behavior: "currentReplicasIfHigher" },
    advanced: {
      restoreToOriginalReplicaCount: false,
      horizontalPodAutoscalerConfig: { name, behavior: behaviorOf(workload, settings) },
    },
    triggers: triggersOf(workload, settings).map((trigger) => ({
      type: "prometheus",
      name: trigger.name,
      metricType: trigger.metricType,
      metadata: {
        serverAddress: prometheus,
        query: trigger.query,
        threshold: String(trigger.threshold),
        ignoreNullValues: "false",
      },
    })),
  };
}

/** Fast up, slow down. */
function behaviorOf({ kind }: ScaledWorkload, settings: AutoscalingSettings) {
  const { scaleUp } = settings;
  const { scaleDown } = settings[kind];
  return {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [
        { type: "Percent", value: scaleUp.percent, periodSeconds: scaleUp.periodSeconds },
        { type: "Pods", value: scaleUp.pods, periodSeconds: scaleUp.periodSeconds },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: scaleDown.stabilizationSeconds,
      selectPolicy: "Max",
      policies: [{ type: "Percent", value: scaleDown.percent, periodSeconds: scaleDown.periodSeconds }],
    },
  };
}
