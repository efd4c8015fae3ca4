// What the stack gave away after its last update: for plans that depend on how things stand, not only on how they shall be.
import { type Outputs, outputsSchema } from "./outputs.ts";
import { ownOutputs } from "./own-state.ts";
import { isRecord } from "./plain.ts";

/** Fields that are missing were never written, or were written in a form that this version no longer knows. */
export type PreviousOutputs = Partial<Omit<Outputs, "kubeconfig">>;

/**
 * The stack's outputs of its last finished update, in previews too; empty on a new stack.
 * The only secret among the outputs is left out: nobody needs the old one.
 */
export async function previousOutputs(): Promise<PreviousOutputs> {
  return knownOutputs(await ownOutputs());
}

/** The fields that are as `outputs.ts` promises them. */
export function knownOutputs(saved: unknown): PreviousOutputs {
  const known: PreviousOutputs = {};
  if (!isRecord(saved)) return known;
  const { kubeconfig: _, ...open } = outputsSchema.shape;
  for (const [name, schema] of Object.entries(open)) {
    const result = schema.safeParse(saved[name]);
    if (result.success) Object.assign(known, { [name]: result.data });
  }
  return known;
}
