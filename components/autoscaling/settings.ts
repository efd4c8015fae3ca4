// Settings of the autoscaling: when a workload gets more pods, and how slowly it gives them back.
import { z } from "zod";
import { resourcesSchema } from "../mastodon/settings.ts";
import { imageSchema } from "../shapes.ts";
import { kedaImage, metricsServerImage } from "./versions.ts";

const windowSchema = (seconds: number) =>
  z
    .int()
    .min(20)
    .max(3600)
    .default(seconds)
    .describe("the worst of the last seconds counts; at least two looks of Prometheus");

/** Waiting jobs of a queue. Whichever of the two asks for more pods wins: backlog reacts first, latency is what people feel. */
const queueSchema = (latencySeconds: number, backlog: number, windowSeconds: number) =>
  z
    .strictObject({
      latencySeconds: z
        .number()
        .min(1)
        .max(86_400)
        .default(latencySeconds)
        .describe("pods are added in proportion while the oldest job waits longer"),
      backlog: z.int().min(1).max(1_000_000).default(backlog).describe("waiting jobs for each pod"),
      windowSeconds: windowSchema(windowSeconds),
    })
    .prefault({});

/** The scheduler's queue is missing: its process is alone and stays so. */
const queuesSchema = z.strictObject({
  default: queueSchema(5, 250, 120),
  push: queueSchema(30, 500, 120),
  ingress: queueSchema(30, 500, 120),
  fasp: queueSchema(30, 500, 120),
  pull: queueSchema(300, 1250, 300),
  mailers: queueSchema(120, 250, 300),
});

const scaleDownSchema = (stabilizationSeconds: number, percent: number) =>
  z
    .strictObject({
      stabilizationSeconds: z
        .int()
        .min(0)
        .max(3600)
        .default(stabilizationSeconds)
        .describe("the cool-down: the most pods that were wanted within this time stay"),
      percent: z.int().min(1).max(100).default(percent).describe("of the pods that may go in each period"),
      periodSeconds: z.int().min(5).max(1800).default(60),
    })
    .prefault({});

const scaleUpSchema = z
  .strictObject({
    percent: z.int().min(10).max(900).default(100).describe("of the pods that may come on top in each period"),
    pods: z
      .int()
      .min(1)
      .max(50)
      .default(4)
      .describe("pods that may come in each period even where the percentage is less"),
    periodSeconds: z.int().min(5).max(1800).default(15),
  })
  .prefault({});

/**
 * The numbers of web and Sidekiq are those that toot.community runs with (toot-platform, charts/mastodon and docs/sidekiq-scaling.md, 2026;
 * facts E1).
 */
export const autoscalingSettingsSchema = z.strictObject({
  enabled: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe(
      "KEDA in the cluster; it runs each workload between its replicas and its maxReplicas. Needs metrics.enabled",
    ),
  pollingSeconds: z
    .int()
    .min(5)
    .max(300)
    .default(15)
    .describe("between two looks of KEDA; the cluster's autoscaler asks it every 15 s besides"),
  fallback: z
    .strictObject({
      failures: z
        .int()
        .min(1)
        .max(20)
        .default(3)
        .describe("looks without an answer after which a workload is held where it is, or lifted to its replicas"),
    })
    .prefault({}),
  scaleUp: scaleUpSchema,
  web: z
    .strictObject({
      busy: z.number().min(0.1).max(0.95).default(0.7).describe("share of Puma's threads that work, as a mean"),
      backlog: z.int().min(1).max(1000).default(40).describe("requests that wait for a thread, for each pod"),
      windowSeconds: windowSchema(120),
      scaleDown: scaleDownSchema(900, 10),
    })
    .prefault({}),
  streaming: z
    .strictObject({
      clients: z
        .int()
        .min(10)
        .max(20_000)
        .default(1000)
        .describe("open connections for each pod; fewer pods would cut them off, so they go slowly"),
      windowSeconds: windowSchema(120),
      scaleDown: scaleDownSchema(900, 10),
    })
    .prefault({}),
  sidekiq: z
    .strictObject({
      queues: queuesSchema.prefault({}).describe("a group goes by all queues that it serves"),
      scaleDown: scaleDownSchema(300, 20),
    })
    .prefault({}),
  images: z
    .strictObject({
      operator: imageSchema(kedaImage).default(kedaImage),
      metricsServer: imageSchema(metricsServerImage).default(metricsServerImage),
    })
    .prefault({}),
  resources: z
    .strictObject({
      operator: resourcesSchema.prefault({ cpu: "50m", memory: "128Mi", memoryLimit: "512Mi" }),
      metricsServer: resourcesSchema.prefault({ cpu: "50m", memory: "96Mi", memoryLimit: "256Mi" }),
    })
    .prefault({}),
});

export type AutoscalingSettings = z.infer<typeof autoscalingSettingsSchema>;
