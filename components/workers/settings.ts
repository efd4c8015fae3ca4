// Settings of queue workers outside the cluster: droplets in any configured account, or hosts of somebody's own, joined by the tailnet.
import { z } from "zod";
import { dropletRegionSchema, dropletSizeSchema, nameSchema } from "../shapes.ts";

/** `scheduler` is missing on purpose: two of them would do every scheduled job twice (facts/peers D1.1). */
const workerQueues = ["default", "push", "ingress", "mailers", "pull", "fasp"] as const;

/** Without quotation marks YAML takes a day for a point in time, which Pulumi hands over in Go's notation. */
const daySchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d( 00:00:00 \+0000 UTC)?$/, { error: "must be a day such as 2026-12-31" })
  .transform((text) => text.slice(0, 10))
  .refine((day) => z.iso.date().safeParse(day).success, { error: "is no day of the calendar" });

const common = {
  queues: z
    .array(z.enum(workerQueues, { error: `allowed: ${workerQueues.join(", ")}; the cluster runs the only scheduler` }))
    .min(1, { error: "must name at least one queue" }),
  threads: z.int().min(1).max(25).default(15).describe("beyond 25 a Sidekiq process gains nothing (D1.3)"),
  connections: z
    .int()
    .min(1)
    .max(25)
    .optional()
    .describe(
      "server connections of the worker's own pool; as many as its threads need where it is left out. A change makes the pool anew, and the worker waits for some seconds",
    ),
  memory: z
    .string()
    .regex(/^[1-9]\d*(Mi|Gi)$/, { error: "must be an amount of memory, for example 2560Mi or 3Gi" })
    .default("2560Mi")
    .describe("Sidekiq is ended and started again when it uses more"),
  until: daySchema.optional().describe("last day, in UTC; from the next day on the worker counts as removed"),
  generation: z
    .int()
    .min(1)
    .max(999)
    .default(1)
    .describe("raise it for a new key to the tailnet; a droplet is made anew with it"),
};

const dropletSchema = z.strictObject({
  where: z.literal("droplet").default("droplet"),
  account: z
    .string()
    .regex(/^[\w-]+$/, { error: "must be letters, digits, hyphens and underscores, for example queues" })
    .default("main")
    .describe("key under secrets.digitalocean"),
  image: z
    .string()
    .regex(/^(debian|ubuntu)-[a-z0-9-]+$/, {
      error: "must be the slug of a Debian or Ubuntu image of DigitalOcean, for example debian-13-x64",
    })
    .optional()
    .describe("of the droplet, Debian 13 where it is left out; a change counts from the next generation on"),
  region: dropletRegionSchema
    .default("tor1")
    .describe("another one needs another generation: a worker's key to the tailnet works once"),
  size: dropletSizeSchema.default("s-2vcpu-4gb"),
  ...common,
});

const externalSchema = z.strictObject({
  where: z.literal("external").describe("a Debian or Ubuntu host of your own, which joins by a script"),
  ...common,
});

const workerSchema = z.discriminatedUnion("where", [dropletSchema, externalSchema], {
  error: "must be droplet or external",
});

export const workersSettingsSchema = z.record(nameSchema, workerSchema);

export type WorkerSettings = z.infer<typeof workerSchema>;
export type DropletSettings = z.infer<typeof dropletSchema>;

/** Whether the worker is a droplet of one of the stack's accounts. */
export function isDroplet(worker: WorkerSettings): worker is DropletSettings {
  return worker.where === "droplet";
}

/** The workers that are droplets, by name. */
export function dropletWorkers(workers: Readonly<Record<string, WorkerSettings>>): [string, DropletSettings][] {
  return Object.entries(workers).filter((entry): entry is [string, DropletSettings] => isDroplet(entry[1]));
}
