// Puts the rules into force for the running program: a resource that breaks one is refused before the engine hears of it.
import * as pulumi from "@pulumi/pulumi";
import { type Declared, type Destruction, destructions, type Existing, replacingPaths } from "./destruction.ts";
import { refusal } from "./refusal.ts";
import { keyNames } from "./same-server.ts";
import type { PolicyContext } from "./registration.ts";
import { statefulTypes, violations } from "./rules.ts";

/** What is decided only when everything is declared. */
export interface Guard {
  /**
   * Compares everything that was declared with the state. Between the first stateful resource and this call the program must not wait
   * for anything: only then has the engine not heard of it yet, and could not refuse it in its own words.
   * @throws pulumi.RunError when data would be lost that the setting `unprotect` does not name, with all that would be lost; and when
   * the setting names something that is not there
   */
  readonly finish: () => void;
}

/**
 * Checks every resource that is registered from now on, and takes the protection off those that the setting `unprotect` names.
 * Protection makes the engine refuse, too, to delete or replace such a resource, for reasons that only a provider knows.
 * @param state what the stack holds, as its last update left it
 */
export function installGuard(context: PolicyContext, state: readonly Existing[]): Guard {
  const declared: Held[] = [];
  const urns = new UrnBook();
  pulumi.runtime.registerStackTransformation(({ resource, type, name, props, opts }) => {
    const urn = urns.enter(resource, type, name, opts.parent);
    const unprotected = context.unprotect.includes(name) ? { ...opts, protect: false } : opts;
    const found = violations(
      {
        type,
        name,
        inputs: props,
        protect: unprotected.protect,
        custom: resource instanceof pulumi.CustomResource, // its own mark is not set yet
        hasComponentParent: pulumi.ComponentResource.isInstance(opts.parent),
      },
      context,
    );
    if (found.length > 0) throw new pulumi.RunError(found.join("\n"));
    if (!statefulTypes.has(type)) return { props, opts: unprotected };
    const ignoreChanges = [...(opts.ignoreChanges ?? [])];
    declared.push(declaration({ urn, type, name, inputs: props, ignoreChanges }, unprotected, urns));
    return { props, opts: { ...unprotected, ignoreChanges } };
  });
  return {
    finish: () => {
      refuseUnknownNames(context, declared, state);
      refuseLosses(context, declared, state);
    },
  };
}

/** URNs, known before the engine gives them. */
class UrnBook {
  private readonly types = new WeakMap<pulumi.Resource, string>();
  private readonly urns = new WeakMap<pulumi.Resource, string>();

  enter(resource: pulumi.Resource, type: string, name: string, parent: pulumi.Resource | undefined): string {
    const outer = parent && this.types.get(parent); // the stack itself is never entered, and not part of its children's URNs
    const types = outer === undefined ? type : `${outer}$${type}`;
    const urn = `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${types}::${name}`;
    this.types.set(resource, types);
    this.urns.set(resource, urn);
    return urn;
  }

  of(resource: pulumi.Resource): string | undefined {
    return this.urns.get(resource);
  }
}

/** A declaration whose list of ignored changes is the very one that the engine will be given. */
interface Held extends Declared {
  readonly ignoreChanges: string[];
}

function declaration(
  held: Omit<Held, "replaceOnChanges" | "sourcesOf">,
  { replaceOnChanges = [] }: pulumi.ResourceOptions,
  urns: UrnBook,
): Held {
  const sourcesOf = (input: string): string[] => sources(held.inputs[input]).flatMap((source) => urns.of(source) ?? []);
  return { ...held, replaceOnChanges, sourcesOf };
}

/** The resources that a value comes from. Every Output knows them, but the SDK's declarations leave it out. */
function sources(value: unknown): pulumi.Resource[] {
  const resources: unknown = pulumi.Output.isInstance(value) ? Reflect.get(value, "resources") : undefined;
  const found: unknown = typeof resources === "function" ? Reflect.apply(resources, value, []) : undefined;
  return found instanceof Set ? [...found].filter((source) => pulumi.Resource.isInstance(source)) : [];
}

function refuseUnknownNames({ unprotect }: PolicyContext, declared: readonly Declared[], state: readonly Existing[]) {
  const existing = state.filter(({ type }) => statefulTypes.has(type));
  const names = new Set([...declared, ...existing].map(({ name }) => name));
  const unknown = unprotect.filter((name) => !names.has(name) && !keyNames.includes(name));
  if (unknown.length === 0) return;
  const allowed = [...names].toSorted().join(", ");
  throw new pulumi.RunError(`mastodon:unprotect: ${JSON.stringify(unknown)} is not protected; allowed: ${allowed}`);
}

function refuseLosses(context: PolicyContext, declared: readonly Held[], state: readonly Existing[]): void {
  const { protect, unprotect } = context;
  if (!protect) return;
  const found = destructions(declared, state);
  const refused = found.filter(({ existing }) => !unprotect.includes(existing.name));
  if (refused.length > 0) {
    keepAsIs(declared, refused);
    throw new pulumi.RunError(refusal(refused, unprotect));
  }
  const idle = unprotect.filter(
    (name) => !keyNames.includes(name) && found.every(({ existing }) => existing.name !== name),
  );
  if (idle.length > 0) void pulumi.log.warn(idleWarning(idle));
}

/** The engine hears of resources until it hears of the error. What was refused must not be planned meanwhile, nor refused in other words. */
function keepAsIs(declared: readonly Held[], refused: readonly Destruction[]): void {
  const urns = new Set(refused.map(({ existing }) => existing.urn));
  for (const resource of declared) {
    if (urns.has(resource.urn)) resource.ignoreChanges.push(...replacingPaths(resource));
  }
}

function idleWarning(names: readonly string[]): string {
  return `mastodon:unprotect: ${JSON.stringify(names)} can be deleted by any later change, and nothing that the settings tell needs it now; take it out again: pulumi config rm mastodon:unprotect`;
}
