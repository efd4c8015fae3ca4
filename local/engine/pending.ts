// Settles what a killed run left open: creations that the account knows are adopted into the state, the rest is read again.
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { withAccount } from "../account/index.ts";
import { describeUrn } from "./progress.ts";

const resourceSchema = z.looseObject({ urn: z.string() });

/** A deployment as the engine writes it, as far as it matters here. */
const deploymentSchema = z.looseObject({
  resources: z.array(resourceSchema).default([]),
  pending_operations: z.array(z.looseObject({ type: z.string(), resource: resourceSchema })).default([]),
});

/**
 * A run that was killed (not cancelled) may have created objects that its state does not know. Creating them again would be
 * refused by the account or double them, so each is looked up by the URN that asked for it, and read into the state.
 * What it was changing or deleting is read again: the state still tells how that was before.
 */
export async function settlePendingOperations(
  home: string,
  stack: Stack,
  print: (line: string) => void,
): Promise<void> {
  const exported = await stack.exportStack();
  const deployment = deploymentSchema.parse(exported.deployment ?? {});
  if (deployment.pending_operations.length === 0) return;
  const creations = deployment.pending_operations.filter(({ type }) => type === "creating");
  const known = new Set(deployment.resources.map(({ urn }) => urn));
  const unfinished = deployment.pending_operations
    .filter(({ type, resource }) => type !== "creating" && known.has(resource.urn))
    .map(({ resource }) => resource.urn);
  // Without outputs: the refresh reads them, and marks the secret ones.
  const adopted = withAccount(home, (account) =>
    creations.flatMap(({ resource }) => {
      const object = account.findByUrn(resource.urn);
      return object ? [{ ...resource, id: object.id, outputs: {} }] : [];
    }),
  );
  await stack.importStack({
    ...exported,
    deployment: {
      ...deployment,
      resources: [...deployment.resources, ...adopted],
      pending_operations: [],
    },
  });
  for (const { urn } of adopted) print(`Adopting ${describeUrn(urn)}, created by a run that was killed`);
  for (const urn of unfinished) print(`Reading ${describeUrn(urn)} again, which a killed run was changing`);
  const target = [...adopted.map(({ urn }) => urn), ...unfinished];
  if (target.length > 0) await stack.refresh({ target });
}
