// What the stack's state holds: for guards that compare it with what is declared.
import { z } from "zod";
import type { Existing } from "../policies/destruction.ts";
import { ownResources } from "./own-state.ts";

const savedSchema = z.record(z.string(), z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()) }));

/** Every resource of the state, as the last update or refresh left it; none on a new stack. */
export async function previousResources(): Promise<Existing[]> {
  const saved = savedSchema.parse((await ownResources()) ?? {});
  return Object.entries(saved).map(([urn, { type, outputs }]) => ({ urn, type, name: nameIn(urn), outputs }));
}

/** `urn:pulumi:<stack>::<project>::<types>::<name>`; a name may hold colons itself. */
function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
