// Settings of what the edge lets through, and how often.
import { z } from "zod";
import { networkSchema } from "../networks.ts";

const limitSchema = (perMinute: number, burst: number) =>
  z
    .strictObject({
      perMinute: z
        .int()
        .min(1)
        .max(60_000)
        .default(perMinute)
        .describe("requests of one client in the long run, for each edge pod"),
      burst: z.int().min(1).max(10_000).default(burst).describe("how many may come at once on top"),
    })
    .prefault({});

/**
 * All are looser than Mastodon's own limits for one address (config/initializers/rack_attack.rb: 25 sign-ups or sign-ins in 5 minutes, 30 of the
 * media proxy in 10, 300 requests of the API in 5 without a login), so people meet those first. These stop floods, which would take web's
 * threads even to be refused.
 */
export const edgeLimitsSchema = z.strictObject({
  enabled: z.boolean({ error: "must be true or false" }).default(true),
  signUp: limitSchema(20, 25).describe("signing up and in, new passwords, confirmations"),
  search: limitSchema(300, 40).describe("searches, of which one is made for every few typed letters"),
  mediaProxy: limitSchema(60, 60).describe("media of other servers that is fetched on demand"),
  exempt: z
    .array(networkSchema)
    .default([])
    .describe("networks that are never limited, for example a conference's or a web client's that serves many people"),
});

export type EdgeLimits = z.infer<typeof edgeLimitsSchema>;
