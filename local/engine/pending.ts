// Settles creations that a killed run left open: what the account really holds is adopted into the state, the rest is forgotten.
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { openAccount } from "../account/index.ts";
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
 */
export async function settlePendingOperations(
  home: string,
  stack: Stack,
  print: (line: string) => void,
): Promise<void> {
  const exported = await stack.exportStack();
  const deployment = deploymentSchema.parse(exported.deployment ?? {});
  const creations = deployment.pending_operations.filter(({ type }) => type === "creating");
  if (creations.length === 0) return;
  const account = openAccount(home);
  // Without outputs: the refresh reads them, and marks the secret ones.
  const adopted = creations.flatMap(({ resource }) => {
    const object = account.findByUrn(resource.urn);
    return object ? [{ ...resource, id: object.id, outputs: {} }] : [];
  });
  account.close();
  await stack.importStack({
    ...exported,
    deployment: {
      ...deployment,
      resources: [...deployment.resources, ...adopted],
      pending_operations: deployment.pending_operations.filter(({ type }) => type !== "creating"),
    },
  });
  for (const { urn } of adopted) print(`Adopting ${describeUrn(urn)}, created by a run that was killed`);
  if (adopted.length > 0) await stack.refresh({ target: adopted.map(({ urn }) => urn) });
}
