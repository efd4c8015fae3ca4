// Autoscaling: it sees through Prometheus, and needs something that may grow.
import { scaledWorkloads } from "../../components/autoscaling/targets.ts";
import type { Problem } from "../../components/problem.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Without metrics every trigger would fail, and every workload stand still for ever. */
export function assertMetricsForAutoscaling({
  autoscaling,
  metrics,
}: Pick<Settings, "autoscaling" | "metrics">): Problem[] {
  if (!autoscaling.enabled || metrics.enabled) return [];
  return [
    {
      path: "autoscaling.enabled",
      value: true,
      message:
        "needs metrics.enabled, because it scales by what Prometheus measures; set metrics.enabled to true, or this to false",
    },
  ];
}

/** KEDA alone does nothing. */
export function assertSomethingScales({
  autoscaling,
  mastodon,
}: Pick<Settings, "autoscaling" | "mastodon">): Problem[] {
  if (!autoscaling.enabled || scaledWorkloads(mastodon).length > 0) return [];
  return [
    {
      path: "autoscaling.enabled",
      value: true,
      message:
        "scales nothing: no workload may run more than its replicas; set maxReplicas of mastodon.web, mastodon.streaming or a group of " +
        "mastodon.sidekiq above its replicas, or this to false",
    },
  ];
}

/** A shorter window is empty whenever one look of Prometheus is late. */
export function assertWindowsHoldSamples({
  autoscaling,
  metrics,
}: Pick<Settings, "autoscaling" | "metrics">): Problem[] {
  if (!autoscaling.enabled) return [];
  const { web, streaming, sidekiq } = autoscaling;
  const windows = {
    web,
    streaming,
    ...Object.fromEntries(Object.entries(sidekiq.queues).map(([queue, limits]) => [`sidekiq.queues.${queue}`, limits])),
  };
  const least = 2 * metrics.scrapeSeconds;
  return Object.entries(windows)
    .filter(([, { windowSeconds }]) => windowSeconds < least)
    .map(([path, { windowSeconds }]) => ({
      path: `autoscaling.${path}.windowSeconds`,
      value: windowSeconds,
      message: `must be at least ${least}, so that it holds two looks of Prometheus (metrics.scrapeSeconds ${metrics.scrapeSeconds})`,
    }));
}

export const autoscalingRules = [
  rule(["autoscaling", "metrics"], assertMetricsForAutoscaling),
  rule(["autoscaling", "mastodon"], assertSomethingScales),
  rule(["autoscaling", "metrics"], assertWindowsHoldSamples),
];
