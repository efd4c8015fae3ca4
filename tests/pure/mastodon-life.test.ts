// Which pods are restarted for what sign of life, and how pods of one workload keep apart.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { edgeWorkload } from "../../components/mastodon/workloads/edge.ts";
import { sidekiqWorkloads } from "../../components/mastodon/workloads/sidekiq.ts";
import { streamingWorkload } from "../../components/mastodon/workloads/streaming.ts";
import { webWorkload } from "../../components/mastodon/workloads/web.ts";
import { deploymentSpec, workloadLabels } from "../../components/mastodon/workloads/workload.ts";
import { mastodonSettings } from "../support/mastodon-inputs.ts";

const settings = mastodonSettings();
const placement = { nodeSelector: {}, tolerations: [] };

const probeSchema = z.looseObject({ periodSeconds: z.number(), failureThreshold: z.number().default(3) });
const containerSchema = z.looseObject({
  livenessProbe: probeSchema.optional(),
  readinessProbe: probeSchema,
  startupProbe: probeSchema,
});
const podSchema = z.looseObject({ containers: z.tuple([containerSchema]) });
const containerOf = (pod: unknown) => podSchema.parse(pod).containers[0];

const seconds = ({ periodSeconds, failureThreshold }: z.infer<typeof probeSchema>) => periodSeconds * failureThreshold;

describe("signs of life", () => {
  test("Sidekiq has one where it shows metrics, and none that would ask Valkey where it does not", () => {
    for (const { pod, name } of sidekiqWorkloads(settings, placement, false, false))
      expect(containerOf(pod).livenessProbe, name).toBeUndefined();
    for (const { pod, name } of sidekiqWorkloads(settings, placement, false, true))
      expect(containerOf(pod).livenessProbe, name).toMatchObject({ httpGet: { path: "/ping", port: "metrics" } });
  });

  test.each([
    webWorkload(settings, placement),
    streamingWorkload(settings, placement),
    edgeWorkload(settings, placement, false),
    ...sidekiqWorkloads(settings, placement, false, true),
  ])("$name goes out of service long before it is restarted", ({ pod }) => {
    const { livenessProbe, readinessProbe } = containerOf(pod);
    if (!livenessProbe) throw new Error("it has no liveness probe");
    expect(seconds(livenessProbe)).toBeGreaterThanOrEqual(2 * seconds(readinessProbe));
  });
});

test("a node that has a pod of a workload is the last choice for the next, which is never kept waiting for it", () => {
  const web = webWorkload(settings, placement);
  expect(deploymentSpec(web, {})).toMatchObject({
    template: {
      spec: {
        topologySpreadConstraints: [{ topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" }],
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                podAffinityTerm: {
                  topologyKey: "kubernetes.io/hostname",
                  labelSelector: { matchLabels: workloadLabels(web) },
                },
              },
            ],
          },
        },
      },
    },
  });
});
