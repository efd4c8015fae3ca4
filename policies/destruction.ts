// Which stateful resources this run would delete or replace, found by comparing what the program declares with the stack's state.
// The engine finds the same, but refuses with a message that neither says what is lost nor knows the setting `unprotect`.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { valueAt } from "../src/plain.ts";
import type { Properties } from "./registration.ts";
import { statefulTypes } from "./rules.ts";

/** A stateful resource as the program declares it now. */
export interface Declared {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  /** URNs of the resources that an input's value comes from; empty for a plain value. */
  readonly sourcesOf: (input: string) => readonly string[];
}

/** A resource as the state has it. */
export interface Existing {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly outputs: Properties;
}

export interface Destruction {
  readonly existing: Existing;
  readonly kind: "deleted" | "replaced";
  /** What makes the provider replace it: one text for each input. Empty where it is deleted. */
  readonly changes: readonly string[];
}

const factsSchema = z.object({ types: z.record(z.string(), z.array(z.string())) });
const facts = factsSchema.parse(
  JSON.parse(readFileSync(new URL("replacing-inputs.json", import.meta.url), "utf8")),
).types;

/** Inputs, as paths, whose change makes the provider replace a resource of this type. */
export function replacingInputs(type: string): readonly string[] {
  return facts[type] ?? [];
}

/** Everything stateful that this run would delete or replace, in the state's order. Values that are not known yet are taken as unchanged. */
export function destructions(declared: readonly Declared[], state: readonly Existing[]): Destruction[] {
  const now = new Map(declared.map((resource) => [resource.urn, resource]));
  const before = state.filter(({ type }) => statefulTypes.has(type));
  const found = new Map<string, Destruction>();
  // One replacement may cause the next: a network takes with it what lies in it. Repeated until nothing new is found.
  for (let known = -1; known < found.size;) {
    known = found.size;
    for (const existing of before) {
      const destruction = destructionOf(existing, now.get(existing.urn), found);
      if (destruction) found.set(existing.urn, destruction);
    }
  }
  return before.flatMap(({ urn }) => found.get(urn) ?? []);
}

function destructionOf(
  existing: Existing,
  declared: Declared | undefined,
  found: ReadonlyMap<string, Destruction>,
): Destruction | undefined {
  if (!declared) return { existing, kind: "deleted", changes: [] };
  const changes = replacingPaths(declared).flatMap(
    (path) => inputChange(path, declared, existing) ?? sourceChange(path, declared, found) ?? [],
  );
  const versions = downgrade(declared, existing);
  const all = versions === undefined ? changes : [...changes, versions];
  return all.length === 0 ? undefined : { existing, kind: "replaced", changes: all };
}

/** Inputs whose change replaces this resource: the provider says so, or the program. */
export function replacingPaths({ type, replaceOnChanges, ignoreChanges }: Declared): string[] {
  const paths = new Set([...replacingInputs(type), ...replaceOnChanges]);
  return [...paths].filter((path) => !ignored(path, ignoreChanges));
}

function ignored(path: string, ignoreChanges: readonly string[]): boolean {
  return ignoreChanges.some((ignore) => path === ignore || path.startsWith(`${ignore}.`));
}

/** An input that is not given keeps what is there, or what the provider takes by itself. */
function inputChange(path: string, { inputs }: Declared, { outputs }: Existing): string | undefined {
  const after = valueAt(inputs, path.split("."));
  const before = valueAt(outputs, path.split("."));
  if (after === undefined || !isPlain(after) || isDeepStrictEqual(after, before)) return undefined;
  return `${path} changes from ${shown(before)} to ${shown(after)}`;
}

function sourceChange(
  path: string,
  { sourcesOf }: Declared,
  found: ReadonlyMap<string, Destruction>,
): string | undefined {
  const source = sourcesOf(path)
    .map((urn) => found.get(urn))
    .find((destruction) => destruction !== undefined);
  return source && `${path} comes from ${source.existing.name}, which would be ${source.kind}`;
}

/** DigitalOcean's provider upgrades a cluster in place, but replaces it for a lower version (facts/peers D6.1). */
function downgrade({ type, inputs, ignoreChanges }: Declared, { outputs }: Existing): string | undefined {
  if (type !== "digitalocean:index/kubernetesCluster:KubernetesCluster" || ignoreChanges.includes("version"))
    return undefined;
  const [after, before] = [inputs["version"], outputs["version"]];
  if (typeof after !== "string" || typeof before !== "string") return undefined;
  if (after.localeCompare(before, "en", { numeric: true }) >= 0) return undefined;
  return `version goes down from ${before} to ${after}, and no cluster can go back`;
}

/** Outputs and promises are not: their value is not known now. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || Array.isArray(value)) && Object.values(value).every(isPlain);
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
