// Pulumi's state as `pulumi stack export` prints it, and taking resources out of it: they stay in the cloud, and no run touches them again.
import { z } from "zod";
import { UsageError } from "../stack-choice.ts";

const urns = z.array(z.string()).nullish();

const resourceSchema = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  delete: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  dependencies: urns,
  propertyDependencies: z.record(z.string(), urns).nullish(),
  deletedWith: z.string().optional(),
  replaceWith: urns,
});

const deploymentSchema = z.looseObject({
  resources: z.array(resourceSchema),
  pending_operations: z.array(z.unknown()).nullish(),
});

const exportSchema = z.looseObject({ version: z.int(), deployment: deploymentSchema });

export type SavedResource = z.infer<typeof resourceSchema>;
export type SavedState = z.infer<typeof exportSchema>;

/** @throws UsageError where this is no state, or one in the middle of an update */
export function readState(text: string): SavedState {
  const state = exportSchema.safeParse(JSON.parse(text));
  if (!state.success) throw new UsageError("the stack has no state that could be restored from; see docs/state.md");
  if ((state.data.deployment.pending_operations ?? []).length > 0)
    throw new UsageError(
      "an update was cut off and its state is unsettled; run `pulumi cancel` and `pulumi up` first (docs/state.md)",
    );
  return state.data;
}

/** The state without some resources, and without a word of them in what stays. */
export function without(state: SavedState, aside: ReadonlySet<string>): SavedState {
  const stays = (urn: string): boolean => !aside.has(urn);
  const resources = state.deployment.resources
    .filter(({ urn }) => stays(urn))
    .map((resource) => cleaned(resource, stays));
  return { ...state, deployment: { ...state.deployment, resources } };
}

function cleaned(resource: SavedResource, stays: (urn: string) => boolean): SavedResource {
  const { deletedWith, dependencies, propertyDependencies, replaceWith, ...rest } = resource;
  return {
    ...rest,
    ...(dependencies && { dependencies: dependencies.filter(stays) }),
    ...(replaceWith && { replaceWith: replaceWith.filter(stays) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, sources]) => [property, (sources ?? []).filter(stays)]),
      ),
    }),
    ...(deletedWith !== undefined && stays(deletedWith) && { deletedWith }),
  };
}

/** Last part of a URN: the logical name. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
