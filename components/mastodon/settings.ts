// Settings of Mastodon itself: its version, its processes and how many of each run.
import { z } from "zod";
import { assetsSchema } from "./assets/settings.ts";
import { edgeLimitsSchema } from "./edge/settings.ts";
import { networkSchema } from "./networks.ts";
import { imagesSchema } from "./images.ts";
import { environmentProblems } from "./rules/extra-environment.ts";
import { queueProblems } from "./rules/queues.ts";
import { schedulerProblems } from "./rules/scheduler.ts";
import { releaseSchema } from "./upgrade/release.ts";
import { upgradesSchema } from "./upgrade/settings.ts";
import { mastodonVersion } from "./versions.ts";

const cpuSchema = z.string().regex(/^([1-9]\d*m|[1-9]\d*(\.\d+)?)$/, {
  error: "must be an amount of CPU, for example 500m or 2",
});

const memorySchema = z.string().regex(/^[1-9]\d*(Mi|Gi)$/, {
  error: "must be an amount of memory, for example 768Mi or 2Gi",
});

/** What one pod asks for, and the memory at which it is ended. CPU has no limit: throttling hurts more than sharing. */
export const resourcesSchema = z.strictObject({
  cpu: cpuSchema.describe("CPU that the scheduler sets aside"),
  memory: memorySchema.describe("memory that the scheduler sets aside"),
  memoryLimit: memorySchema.describe("the pod is ended when it uses more"),
});

const replicas = (fewest: number) => z.int().min(fewest).max(100);

/** Optional: plans reckon with `replicas` where it is left out. */
const maxReplicasSchema = z
  .int()
  .min(1)
  .max(100)
  .optional()
  .describe("most pods that an autoscaler or an operator may run; nodes and database connections are planned for them");

const notBelowReplicas = {
  path: ["maxReplicas"],
  error: "must be at least the workload's replicas; raise it, or leave it out to plan with replicas alone",
};

/** How many pods of a workload the plans reckon with. */
export function mostReplicas({ replicas: atRest, maxReplicas }: ReplicaCounts): number {
  return maxReplicas ?? atRest;
}

interface ReplicaCounts {
  readonly replicas: number;
  readonly maxReplicas?: number | undefined;
}

const isOrdered = (counts: ReplicaCounts) => mostReplicas(counts) >= counts.replicas;

/** A queue as Sidekiq's `-q` takes it: its name, and optionally a comma and its weight. */
const queueSchema = z.string().regex(/^[a-z]+(,[1-9]\d?)?$/, {
  error: "must be the name of a queue with an optional weight, for example push,6",
});

/** One Sidekiq Deployment. Without weights Sidekiq empties the queues strictly in the listed order. */
const sidekiqGroupSchema = z
  .strictObject({
    queues: z.array(queueSchema).min(1, { error: "must name at least one queue" }),
    replicas: replicas(1).default(1),
    maxReplicas: maxReplicasSchema,
    threads: z
      .int()
      .min(1)
      .max(30)
      .default(25)
      .describe("beyond 25 to 30 a Sidekiq process gains nothing (vmst.io's operators, Nov 2023)"),
    resources: resourcesSchema.prefault({ cpu: "750m", memory: "1Gi", memoryLimit: "2560Mi" }),
  })
  .refine(isOrdered, notBelowReplicas);

/**
 * One group per kind of urgency, so that a flood of remote deliveries never delays a local timeline
 * (the split is toot.community's, the weights are from Mastodon's own config/sidekiq.yml). All of it fits two s-4vcpu-8gb nodes with room
 * for a roll, and the threads are so few that in a roll, too, all pods find a connection at a db-s-4vcpu-8gb: where they are not enough, another
 * pod serves better than more threads (facts/peers D7.6).
 */
const defaultGroups = {
  default: { queues: ["default"], replicas: 2, threads: 15 },
  federation: { queues: ["push,6", "ingress,4", "fasp,1"], replicas: 2, threads: 15 },
  pull: { queues: ["pull"], threads: 10, resources: { cpu: "500m", memory: "1Gi", memoryLimit: "2560Mi" } },
  mailers: { queues: ["mailers"], threads: 5, resources: { cpu: "250m", memory: "640Mi", memoryLimit: "1Gi" } },
  scheduler: { queues: ["scheduler"], threads: 5, resources: { cpu: "250m", memory: "768Mi", memoryLimit: "2Gi" } },
};

const groupNameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, {
  error: "must be lower-case letters, digits and hyphens, for example federation",
});

const webSchema = z
  .strictObject({
    replicas: replicas(2).default(3).describe("two is the fewest that survive the loss of a node"),
    maxReplicas: maxReplicasSchema,
    workers: z.int().min(1).max(16).default(2).describe("Puma processes in a pod"),
    threads: z.int().min(1).max(32).default(5).describe("threads of each Puma process"),
    resources: resourcesSchema.prefault({ cpu: "1", memory: "1536Mi", memoryLimit: "2560Mi" }),
  })
  .refine(isOrdered, notBelowReplicas);

const streamingSchema = z
  .strictObject({
    replicas: replicas(2).default(2),
    maxReplicas: maxReplicasSchema,
    connections: z
      .int()
      .min(1)
      .max(50)
      .default(5)
      .describe("most database connections of one pod: it looks up a token when a browser connects, and little else"),
    resources: resourcesSchema.prefault({ cpu: "250m", memory: "256Mi", memoryLimit: "512Mi" }),
  })
  .refine(isOrdered, notBelowReplicas);

const edgeSchema = z
  .strictObject({
    replicas: replicas(2).default(2),
    maxReplicas: maxReplicasSchema,
    uploadMib: z.int().min(16).max(500).default(99).describe("largest upload; Mastodon takes videos up to 99 MB"),
    limits: edgeLimitsSchema.prefault({}).describe("what one client may do, before Mastodon is asked"),
    adminPages: z
      .boolean({ error: "must be true or false" })
      .default(false)
      .describe("lets people with Mastodon's DevOps permission reach /sidekiq and /pghero from outside"),
    resources: resourcesSchema.prefault({ cpu: "200m", memory: "128Mi", memoryLimit: "256Mi" }),
  })
  .refine(isOrdered, notBelowReplicas);

const sidekiqSchema = z
  .strictObject({
    groups: z.record(groupNameSchema, sidekiqGroupSchema).prefault(defaultGroups),
    servedElsewhere: z.array(queueSchema).default([]).describe("queues that workers outside the cluster serve alone"),
  })
  .superRefine((sidekiq, context) => {
    for (const { path, value, message } of [...schedulerProblems(sidekiq), ...queueProblems(sidekiq)])
      context.addIssue({ code: "custom", path: path.split("."), params: { shown: value }, message });
  });

export const mastodonSettingsSchema = z.strictObject({
  version: releaseSchema.default(mastodonVersion).describe("Mastodon release; a new one migrates the database first"),
  stopped: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe(
      "runs neither web, streaming, Sidekiq nor any job of theirs, so that nobody writes while a database is restored; the edge shows the maintenance page",
    ),
  upgrades: upgradesSchema.prefault({}).describe("what must be safe before a migration"),
  images: imagesSchema.prefault({}),
  locale: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/, { error: "must be a language, for example en or pt-BR" })
    .default("en"),
  web: webSchema.prefault({}),
  streaming: streamingSchema.prefault({}),
  sidekiq: sidekiqSchema.prefault({}),
  edge: edgeSchema.prefault({}),
  assets: assetsSchema.prefault({}).describe("scripts and styles in a bucket, old and new ones side by side"),
  loadBalancerNodes: z
    .int()
    .min(1)
    .max(200)
    .default(2)
    .describe("each carries 10,000 connections, and streaming holds one for every open browser; two survive a loss"),
  trustedProxies: z.array(networkSchema).default([]).describe("further proxies in front of the load balancer"),
  environment: z
    .record(z.string(), z.string().min(1, { error: "must not be empty: Mastodon acts on presence" }))
    .default({})
    .superRefine((environment, context) => {
      for (const { path, value, message } of environmentProblems(environment))
        context.addIssue({ code: "custom", path: [path], params: { shown: value }, message });
    })
    .describe("further variables that Mastodon's Rails processes read; not secret"),
});

export type MastodonSettings = z.infer<typeof mastodonSettingsSchema>;
export type SidekiqGroup = z.infer<typeof sidekiqGroupSchema>;
export type Resources = z.infer<typeof resourcesSchema>;
