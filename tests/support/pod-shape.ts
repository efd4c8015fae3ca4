// The parts of a pod that tests look at, read out of what a builder made.
import { z } from "zod";

const containerShape = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).optional(),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string(), "ephemeral-storage": z.string() }),
    limits: z.strictObject({ memory: z.string(), "ephemeral-storage": z.string() }),
  }),
  volumeMounts: z.array(z.object({ mountPath: z.string(), readOnly: z.boolean().default(false) })),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }).optional(),
});

const podShape = z.looseObject({
  containers: z.tuple([containerShape]),
  initContainers: z.array(containerShape).default([]),
  securityContext: z.looseObject({ runAsUser: z.number() }),
  terminationGracePeriodSeconds: z.number(),
});

export type Pod = z.infer<typeof podShape>;

/** @throws ZodError when the pod lacks one of the parts. */
export const readPod = (pod: unknown): Pod => podShape.parse(pod);

/** The pod of a Deployment's or Job's specification. */
export const readTemplate = (spec: unknown) =>
  z
    .object({
      template: z.object({
        metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
        spec: podShape,
      }),
    })
    .parse(spec).template;
