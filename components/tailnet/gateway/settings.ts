// Settings of the gateway: two pods in the cluster through which the tailnet reaches the databases.
import { z } from "zod";
import { resourcesSchema } from "../../mastodon/settings.ts";
import { imageSchema } from "../../shapes.ts";
import type { Machines } from "../targets.ts";

/** Newest stable release (even minors are stable; v1.104.5, Nov 2026). Not from Docker Hub, which counts pulls. */
const gatewayImage = "ghcr.io/tailscale/tailscale:v1.104.5";

export const gatewaySettingsSchema = z.strictObject({
  enabled: z
    .boolean({ error: "must be true or false" })
    .optional()
    .describe(
      "passes connections from the tailnet on to the databases; left out, it is there while there are workers, or a host that pulls the backups",
    ),
  image: imageSchema(gatewayImage).default(gatewayImage).describe("Tailscale's container"),
  resources: resourcesSchema
    .prefault({ cpu: "40m", memory: "96Mi", memoryLimit: "256Mi" })
    .describe("of each of the two pods; WireGuard in the pod's own process takes CPU with every byte"),
});

export type GatewaySettings = z.infer<typeof gatewaySettingsSchema>;

/** Whether there is a gateway. */
export function hasGateway(
  { gateway }: { readonly gateway: Pick<GatewaySettings, "enabled"> },
  { workers, backupMetrics }: Pick<Machines, "workers" | "backupMetrics">,
): boolean {
  return gateway.enabled ?? (workers.length > 0 || backupMetrics);
}
