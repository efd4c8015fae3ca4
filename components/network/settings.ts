// Settings of the network: where the server runs and which addresses it uses.
import { z } from "zod";
import { computeRegionSchema, prefixLength, privateCidrSchema } from "../shapes.ts";

export const networkSettingsSchema = z.strictObject({
  region: computeRegionSchema.default("tor1").describe("region of the cluster and the databases"),
  site: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,9}$/, { error: "must be 2 to 10 lower-case letters and digits, for example nyc1" })
    .optional()
    .describe(
      "part of the names of the cluster and the databases, so that they can stand beside those of a region that was lost; `npm run restore` sets it (docs/recovery.md)",
    ),
  ipRange: privateCidrSchema
    .refine((range) => prefixLength(range) >= 16 && prefixLength(range) <= 28, {
      error: "must be between /16 and /28, because DigitalOcean takes no other VPC",
    })
    .default("10.116.0.0/20")
    .describe("addresses of the VPC: nodes, databases, load balancer"),
});

export type NetworkSettings = z.infer<typeof networkSettingsSchema>;
