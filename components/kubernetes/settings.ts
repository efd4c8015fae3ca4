// Settings of the Kubernetes cluster and its node pools.
import { z } from "zod";
import { cidrSchema, dropletSizeSchema, maintenanceSchema } from "../shapes.ts";

const taintSchema = z.strictObject({
  key: z.string().min(1),
  value: z.string(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"], {
    error: "must be NoSchedule, PreferNoSchedule or NoExecute",
  }),
});

/** A pool of equal nodes that grows and shrinks between two sizes. */
const nodePoolSchema = z
  .strictObject({
    size: dropletSizeSchema
      .default("s-4vcpu-8gb")
      .describe("droplet size; changing it makes a new pool, then removes the old one"),
    min: z.int().min(1).max(512).describe("fewest nodes"),
    max: z.int().min(1).max(512).describe("most nodes; the account's droplet limit counts too"),
    labels: z.record(z.string(), z.string()).default({}).describe("labels besides the pool's own"),
    taints: z.array(taintSchema).default([]).describe("taints besides the pool's own"),
    dedicated: z.boolean().default(true).describe("taints the nodes so that only pods which name the pool run on them"),
  })
  .refine(({ min, max }) => min <= max, { path: ["max"], error: "must be at least the pool's min" });

const poolNameSchema = z.string().regex(/^(?!system$)[a-z][a-z0-9-]{0,30}$/, {
  error: "must be lower-case letters, digits and hyphens, and not system, which is the built-in pool",
});

export const kubernetesSettingsSchema = z.strictObject({
  ha: z.boolean().default(true).describe("three control planes instead of one; cannot be turned off again (D6.5)"),
  clusterSubnet: cidrSchema.default("10.100.0.0/16").describe("addresses of pods; can never be changed"),
  serviceSubnet: cidrSchema.default("10.101.0.0/19").describe("addresses of services; can never be changed"),
  maintenance: maintenanceSchema.prefault({}),
  system: z
    .strictObject({
      size: dropletSizeSchema.default("s-2vcpu-4gb").describe("changing it replaces the whole cluster (D6.2)"),
      nodes: z.int().min(1).max(5).default(2).describe("two keep DNS alive while a node is replaced"),
    })
    .prefault({})
    .describe("the small fixed pool for the platform's own pods"),
  pools: z
    .record(poolNameSchema, nodePoolSchema)
    .refine((pools) => Object.keys(pools).length > 0, { error: "must name at least one pool" })
    .prefault({ web: { min: 2, max: 6 }, sidekiq: { min: 1, max: 6 } }),
});

export type KubernetesSettings = z.infer<typeof kubernetesSettingsSchema>;
export type NodePoolSettings = z.infer<typeof nodePoolSchema>;
