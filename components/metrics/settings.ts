// Settings of what is measured inside the cluster, and of the alerts that follow from it.
import { z } from "zod";
import { resourcesSchema } from "../mastodon/settings.ts";
import { imageSchema } from "../shapes.ts";
import { alertmanagerImage, prometheusImage, pushgatewayImage } from "./versions.ts";

const secondsSchema = z.int().min(5).max(86_400);

/** How long the oldest job of a queue may wait. */
const limits = (ticketSeconds: number, pageSeconds: number) =>
  z
    .strictObject({
      ticketSeconds: secondsSchema.default(ticketSeconds).describe("somebody looks within a working day"),
      pageSeconds: secondsSchema.default(pageSeconds).describe("somebody gets up"),
    })
    .refine((limit) => limit.ticketSeconds < limit.pageSeconds, {
      path: ["pageSeconds"],
      error: "must be longer than ticketSeconds",
    })
    .prefault({});

/**
 * Mastodon's seven queues. 30 s and 120 s are toot.community's limits (2026); queues that no reader waits for have more, near the latencies at
 * which toot.community adds workers to them.
 */
const queuesSchema = z.strictObject({
  default: limits(30, 120).describe("timelines and notifications"),
  push: limits(120, 600).describe("deliveries to other servers"),
  ingress: limits(120, 600).describe("what other servers sent"),
  mailers: limits(120, 600).describe("mail, among it confirmations and password resets"),
  pull: limits(600, 3600).describe("threads and previews"),
  scheduler: limits(600, 3600).describe("periodic work"),
  fasp: limits(600, 3600).describe("auxiliary services"),
});

export const metricsSettingsSchema = z.strictObject({
  enabled: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe("Mastodon's exporters, Prometheus and Alertmanager in the cluster; mail and Slack as under monitoring"),
  objective: z
    .number()
    .min(95)
    .max(99.99)
    .default(99.9)
    .describe("percentage of requests that must be answered in 30 days; 99.9 allows 43 minutes of outage"),
  scrapeSeconds: z
    .int()
    .min(10)
    .max(60)
    .default(30)
    .describe("between two looks at a pod; each window of a rule holds several"),
  volumeGib: z
    .int()
    .min(5)
    .max(1000)
    .default(20)
    .describe("disk of Prometheus; the oldest samples go when four fifths are full; it can grow but never shrink"),
  retentionDays: z
    .int()
    .min(4)
    .max(400)
    .default(35)
    .describe("oldest sample; the longest window of an alert is three days"),
  queues: queuesSchema.prefault({}).describe("how long the oldest job may wait before somebody is told"),
  runbooks: z
    .string()
    .regex(/\/$/, { error: "must end in a slash, for example https://git.example/stack/src/main/docs/runbooks/" })
    .default("docs/runbooks/")
    .describe("where the pages of docs/runbooks are, for the links in alerts"),
  images: z
    .strictObject({
      prometheus: imageSchema(prometheusImage).default(prometheusImage),
      alertmanager: imageSchema(alertmanagerImage).default(alertmanagerImage),
      pushgateway: imageSchema(pushgatewayImage).default(pushgatewayImage).describe("only where backups run"),
    })
    .prefault({}),
  resources: z
    .strictObject({
      prometheus: resourcesSchema.prefault({ cpu: "250m", memory: "1Gi", memoryLimit: "2Gi" }),
      alertmanager: resourcesSchema.prefault({ cpu: "20m", memory: "64Mi", memoryLimit: "128Mi" }),
      pushgateway: resourcesSchema.prefault({ cpu: "10m", memory: "32Mi", memoryLimit: "64Mi" }),
      exporter: resourcesSchema
        .prefault({ cpu: "50m", memory: "192Mi", memoryLimit: "256Mi" })
        .describe("collector beside Puma in each web pod; upstream's chart limits it to 250 MB"),
    })
    .prefault({}),
});

export type MetricsSettings = z.infer<typeof metricsSettingsSchema>;
