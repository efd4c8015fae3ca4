// Settings of the Kubernetes cluster.
import { z } from "zod";
import { cidrSchema, dropletSizeSchema, maintenanceSchema, prefixLength, privateCidrSchema } from "../shapes.ts";
import { poolsSchema } from "./pool-settings.ts";
import { minorSchema } from "./versions.ts";

export type { NodePoolSettings } from "./pool-settings.ts";

/** The autoscaler's own defaults (cluster-autoscaler): slow to take nodes away, so that a quiet quarter of an hour moves nobody. */
const autoscalerSchema = z.strictObject({
  scaleDownUtilizationThreshold: z
    .number()
    .gt(0, { error: "must be above 0 and below 1, for example 0.5" })
    .lt(1, { error: "must be above 0 and below 1, for example 0.5" })
    .default(0.5)
    .describe("a node whose pods request less than this share may go"),
  scaleDownUnneededTime: z
    .string()
    .regex(/^[1-9]\d*[ms]$/, { error: "must be minutes or seconds, for example 10m" })
    .default("10m")
    .describe("how long it must have been so"),
  expander: z
    .enum(["random", "least-waste"], { error: "must be random or least-waste" })
    .optional()
    .describe("which pool grows where several could; left out, the platform decides at random"),
});

const firewallSchema = z
  .strictObject({
    enabled: z.boolean().default(true),
    allowedAddresses: z
      .array(
        z.union([z.ipv4(), cidrSchema], { error: "must be an IPv4 address or network, for example 203.0.113.7/32" }),
      )
      .default([])
      .describe("who reaches the API server; the machine that runs pulumi must be among them"),
  })
  .refine(({ enabled, allowedAddresses }) => !enabled || allowedAddresses.length > 0, {
    path: ["allowedAddresses"],
    error: "must name at least one address, or nobody reaches the API server, this program included",
  });

const subnetSchema = (smallest: number, why: string) =>
  privateCidrSchema.refine((range) => prefixLength(range) <= smallest, {
    error: `must be /${smallest} or larger: ${why}`,
  });

export const kubernetesSettingsSchema = z.strictObject({
  version: minorSchema
    .default("1.36") // seen on a running cluster in 2026
    .describe(
      "minor version, in quotation marks; patches come by themselves, and raising it by one upgrades the cluster",
    ),
  ha: z.boolean().default(true).describe("three control planes instead of one; cannot be turned off again (D6.5)"),
  clusterSubnet: subnetSchema(22, "each node takes a /25 of it")
    .default("10.100.0.0/16")
    .describe("addresses of pods; can never be changed"),
  serviceSubnet: subnetSchema(24, "each Service takes an address of it")
    .default("10.101.0.0/19")
    .describe("addresses of services; can never be changed"),
  maintenance: maintenanceSchema
    .prefault({})
    .describe("when the platform may install patches; it takes up to four hours"),
  autoscaler: autoscalerSchema.prefault({}),
  controlPlaneFirewall: firewallSchema
    .optional()
    .describe(
      "DigitalOcean gives it by invitation only and refuses it elsewhere; set enabled: false to turn it off again, removing it here changes nothing",
    ),
  system: z
    .strictObject({
      size: dropletSizeSchema.default("s-2vcpu-4gb").describe("changing it replaces the whole cluster (D6.2)"),
      nodes: z.int().min(1).max(5).default(2).describe("two keep DNS alive while a node is replaced"),
    })
    .prefault({})
    .describe("the small fixed pool for the platform's own pods"),
  pools: poolsSchema,
});

export type KubernetesSettings = z.infer<typeof kubernetesSettingsSchema>;
