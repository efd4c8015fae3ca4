// Settings of a node pool: equal nodes, between two numbers, with the labels and taints by which pods choose them.
import { z } from "zod";
import { dropletSizeSchema } from "../shapes.ts";

/** One part of a label's or taint's key, and a label's value (Kubernetes' rules for names). */
const namePart = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** Keys that Kubernetes and DigitalOcean set themselves. */
const reservedPrefix = /(^|\.)(kubernetes\.io|k8s\.io|digitalocean\.com)$/;

const keySchema = z.string().refine(isKey, {
  error:
    "must be a name of at most 63 letters, digits, dots, hyphens and underscores, or example.org/name; kubernetes.io, k8s.io and digitalocean.com are reserved",
});

function isKey(key: string): boolean {
  const parts = key.split("/");
  const [prefix, name] = parts.length === 2 ? parts : [undefined, key];
  if (name === undefined || !namePart.test(name)) return false;
  return (
    prefix === undefined || (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(prefix) && !reservedPrefix.test(prefix))
  );
}

const valueSchema = z.string().refine((value) => value === "" || namePart.test(value), {
  error: "must be at most 63 letters, digits, dots, hyphens and underscores",
});

const taintSchema = z.strictObject({
  key: keySchema,
  value: valueSchema,
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
    min: z.int().min(0).max(512).describe("fewest nodes; 0 for a pool that only bursts"),
    max: z.int().min(1).max(512).describe("most nodes; the account's droplet limit counts too"),
    labels: z.record(keySchema, valueSchema).default({}).describe("labels besides the pool's own"),
    taints: z.array(taintSchema).default([]).describe("taints besides the pool's own; Mastodon's pods stand them all"),
    dedicated: z.boolean().default(true).describe("taints the nodes so that only pods which name the pool run on them"),
  })
  .refine(({ min, max }) => min <= max, { path: ["max"], error: "must be at least the pool's min" });

const poolNameSchema = z.string().regex(/^(?!system$)[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/, {
  error:
    "must be at most 31 lower-case letters, digits and hyphens, from a letter to a letter or digit, and not system, which is built in",
});

export const poolsSchema = z
  .record(poolNameSchema, nodePoolSchema)
  .refine((pools) => Object.keys(pools).length > 0, { error: "must name at least one pool" })
  .prefault({ web: { min: 2, max: 6 }, sidekiq: { min: 1, max: 6 } })
  .describe("web serves people, sidekiq works if there is one; more pools hold what else you run");

export type NodePoolSettings = z.infer<typeof nodePoolSchema>;
