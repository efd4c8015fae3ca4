// Settings of the way to the Kubernetes API over the tailnet: who may do what there.
import { z } from "zod";
import { resourcesSchema } from "../../mastodon/settings.ts";
import { hostnameSchema, imageSchema, nameSchema } from "../../shapes.ts";

/** Newest stable release, the gateway's (v1.104.5, Nov 2026). */
const proxyImage = "ghcr.io/tailscale/k8s-proxy:v1.104.5";

/** From nothing to most: `view` reads all but Secrets, `operate` restarts, scales, drains and looks into pods besides. */
const rightNames = ["none", "view", "operate"] as const;

export type Right = (typeof rightNames)[number];

const right = (byDefault: Right) =>
  z.enum(rightNames, { error: `allowed: ${rightNames.join(", ")}` }).default(byDefault);

const rightsSchema = z.strictObject({
  operators: right("operate"),
  moderators: right("none"),
  observers: right("view"),
  ci: right("view"),
  monitoring: right("view"),
});

/** The subjects of the intent matrix that can have rights in Kubernetes. */
export type RightHolder = keyof z.infer<typeof rightsSchema>;

export const kubectlSettingsSchema = z.strictObject({
  enabled: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .describe(
      "brings the API server onto the tailnet, where each acts with rights of its own instead of the cluster's",
    ),
  domain: hostnameSchema
    .optional()
    .describe("the tailnet's own domain, for example tail1a2b3.ts.net; Tailscale's console shows it under DNS"),
  rights: rightsSchema
    .prefault({})
    .describe("what those may do in the cluster whom tailnet.access lets reach kubernetes"),
  machines: z
    .array(nameSchema)
    .default([])
    .describe(
      "names on the tailnet of the machines with a tag, such as CI's, that may use it; people need not be named",
    ),
  image: imageSchema(proxyImage).default(proxyImage).describe("Tailscale's proxy of the API server"),
  resources: resourcesSchema
    .prefault({ cpu: "20m", memory: "96Mi", memoryLimit: "256Mi" })
    .describe("of each of the two pods"),
  generation: z
    .int()
    .min(1)
    .default(1)
    .describe(
      "raise it by one to let both join anew: a key to the tailnet serves once, within the hour after it was made",
    ),
});

export type KubectlSettings = z.infer<typeof kubectlSettingsSchema>;
