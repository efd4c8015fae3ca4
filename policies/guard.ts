// Puts the rules into force for the running program: a resource that breaks one is refused before the engine hears of it.
import * as pulumi from "@pulumi/pulumi";
import type { PolicyContext } from "./registration.ts";
import { statefulTypes, violations } from "./rules.ts";

/** All stateful resources that were registered; names in `unprotect` that are not among them are mistakes. */
export interface Guard {
  /** @throws pulumi.RunError when a name of the setting `unprotect` belongs to no stateful resource. */
  readonly finish: () => void;
}

/**
 * Checks every resource that is registered from now on, and takes the protection off those that the setting `unprotect` names.
 * Protection makes the engine refuse, at preview, every change that would delete or replace such a resource.
 */
export function installGuard(context: PolicyContext): Guard {
  const stateful: string[] = [];
  pulumi.runtime.registerStackTransformation(({ resource, type, name, props, opts }) => {
    if (statefulTypes.has(type)) stateful.push(name);
    const changed = context.unprotect.includes(name) ? { ...opts, protect: false } : opts;
    const found = violations(
      {
        type,
        name,
        inputs: props,
        protect: changed.protect,
        custom: resource instanceof pulumi.CustomResource, // its own mark is not set yet
        hasComponentParent: pulumi.ComponentResource.isInstance(opts.parent),
      },
      context,
    );
    if (found.length > 0) throw new pulumi.RunError(found.join("\n"));
    return { props, opts: changed };
  });
  return { finish: () => refuseUnknownNames(context.unprotect, stateful) };
}

function refuseUnknownNames(unprotect: readonly string[], stateful: readonly string[]): void {
  const unknown = unprotect.filter((name) => !stateful.includes(name));
  if (unknown.length === 0) return;
  const allowed = stateful.toSorted().join(", ");
  throw new pulumi.RunError(`mastodon:unprotect: ${JSON.stringify(unknown)} is not protected; allowed: ${allowed}`);
}
