// Settings of the network: where the server runs and which addresses it uses.
import { z } from "zod";
import { computeRegionSchema, prefixLength, privateCidrSchema } from "../shapes.ts";

export const networkSettingsSchema = z.strictObject({
  region: computeRegionSchema.default("tor1").describe("region of the cluster and the databases"),
  ipRange: privateCidrSchema
    .refine((range) => prefixLength(range) >= 16 && prefixLength(range) <= 28, {
      error: "must be between /16 and /28, because DigitalOcean takes no other VPC",
    })
    .default("10.116.0.0/20")
    .describe("addresses of the VPC: nodes, databases, load balancer"),
});

export type NetworkSettings = z.infer<typeof networkSettingsSchema>;
