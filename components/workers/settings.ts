// Settings of queue workers outside the cluster: droplets in any configured account, joined by the tailnet.
import { z } from "zod";
import { dropletRegionSchema, dropletSizeSchema, nameSchema } from "../shapes.ts";

/** `scheduler` is missing on purpose: two of them would do every scheduled job twice (facts/peers D1.1). */
const workerQueues = ["default", "push", "ingress", "mailers", "pull", "fasp"] as const;

const workerSchema = z.strictObject({
  account: z.string().min(1).default("main").describe("key under secrets.digitalocean"),
  region: dropletRegionSchema.default("tor1").describe("rename a worker that moves: its key to the tailnet works once"),
  size: dropletSizeSchema.default("s-2vcpu-4gb"),
  queues: z
    .array(z.enum(workerQueues, { error: `allowed: ${workerQueues.join(", ")}; the cluster runs the only scheduler` }))
    .min(1, { error: "must name at least one queue" }),
  threads: z.int().min(1).max(25).default(15).describe("beyond 25 a Sidekiq process gains nothing (D1.3)"),
});

export const workersSettingsSchema = z.record(nameSchema, workerSchema);

export type WorkerSettings = z.infer<typeof workerSchema>;
