// Diff: what changes between the old state and the new inputs, and what forces a replacement. Pure; follows the facts.
import type { Bridge, Facts, PropertyFact, Properties, ResourceType, Value } from "../contract.ts";
import { nameIsExplicit } from "./auto-name.ts";
import { coerceScalar } from "./coerce.ts";
import { elementFact, fieldsOf, isList, isOutputOnly, isSingleObject, isZero } from "./shape.ts";
import { isAbsent, isInternalKey, isObject, isUnknown, type ObjectValue, ruleKey } from "./values.ts";

/** One changed property, by path (`nodePool.size`, `rules[0].value`). */
interface Change {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly replace: boolean;
}

/** The verdict on a pair of old state and new inputs. */
export interface Difference {
  readonly changes: readonly Change[];
  /** Top-level properties that force a replacement; `__meta` where the provider's code does and names none. */
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

interface Walk {
  readonly bridge: Bridge;
  /** True when the type's own rules say that a difference at this path does not count. */
  readonly same: (path: string, old: Value, now: Value) => boolean;
  readonly changes: Change[];
}

/** What the older bridge names when the provider's code, and no property's fact, demands the replacement. */
const unnamedProperty = "__meta";

/** Compares the state with checked inputs. Properties in `ignored` (paths of `ignoreChanges`) count as unchanged. */
export function diffResource(
  type: ResourceType,
  bridge: Bridge,
  olds: Properties,
  news: Properties,
  ignored: readonly string[] = [],
): Difference {
  const same: Walk["same"] = (path, old, now) => type.sameValue?.[ruleKey(path)]?.(old, now, { olds, news }) ?? false;
  const walk: Walk = { bridge, same, changes: [] };
  diffFields(type.facts, olds, news, "", false, walk);
  const outdated = type.outdated?.(olds, news);
  if (outdated !== undefined) walk.changes.push({ path: outdated, kind: "update", replace: true });
  const changes = walk.changes.filter(({ path }) => !ignored.some((rule) => isBelow(path, rule)));
  const forced = new Set(changes.filter(({ replace }) => replace).map(({ path }) => topLevel(path)));
  const touched = new Set(changes.map(({ path }) => topLevel(path)));
  const demanded = (type.replaces?.(olds, news) ?? []).some((property) => touched.has(property));
  if (demanded && forced.size === 0) forced.add(unnamedProperty);
  const replaces = [...forced].toSorted();
  const mustFreeName = type.deleteBeforeReplace ?? (bridge === "sdkv2" && nameIsExplicit(type, news));
  return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && mustFreeName };
}

/** The property that a path starts with. */
export function topLevel(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}

function isBelow(path: string, rule: string): boolean {
  return path === rule || path.startsWith(`${rule}.`) || path.startsWith(`${rule}[`);
}

function diffFields(facts: Facts, olds: Properties, news: Properties, path: string, forced: boolean, walk: Walk): void {
  for (const [key, fact] of Object.entries(facts)) {
    if (isOutputOnly(fact) || isInternalKey(key)) continue;
    const here = path === "" ? key : `${path}.${key}`;
    diffValue(fact, olds[key], news[key], here, forced || fact.forceNew === true, walk);
  }
}

function diffValue(
  fact: PropertyFact,
  old: Value | undefined,
  now: Value | undefined,
  path: string,
  forced: boolean,
  walk: Walk,
): void {
  const report = (kind: Change["kind"], value: Value | undefined) =>
    walk.changes.push({ path, kind, replace: forced || forcesNew(fact, value) });
  if (isAbsent(now)) {
    if (!isAbsent(old) && !walk.same(path, old, null) && removalCounts(fact, old, walk.bridge)) report("delete", old);
  } else if (isAbsent(old)) {
    if (additionCounts(fact, now, walk.bridge)) report("add", now);
  } else if (isUnknown(now) || isUnknown(old)) {
    if (now !== old) report("update", now);
  } else if (!walk.same(path, old, now)) {
    diffPresent(fact, old, now, path, forced, walk);
  }
}

function diffPresent(fact: PropertyFact, old: Value, now: Value, path: string, forced: boolean, walk: Walk): void {
  if (isSingleObject(fact) && fact.fields && isObject(old) && isObject(now))
    diffFields(fieldsOf(fact), old, now, path, forced, walk);
  else if (isList(fact) && Array.isArray(old) && Array.isArray(now)) {
    if (fact.type === "Set") diffSet(fact, old, now, path, forced, walk);
    else diffList(fact, old, now, path, forced, walk);
  } else if (fact.type === "Map" && isObject(old) && isObject(now)) diffMap(fact, old, now, path, forced, walk);
  else if (!sameScalar(fact, old, now)) walk.changes.push({ path, kind: "update", replace: forced });
}

function diffList(fact: PropertyFact, old: Value[], now: Value[], path: string, forced: boolean, walk: Walk): void {
  const element = elementFact(fact);
  for (let index = 0; index < Math.max(old.length, now.length); index += 1)
    diffValue(element, old[index], now[index], `${path}[${index}]`, forced, walk);
}

/** Order does not matter: equal elements are paired off first, what is left is compared in order. */
function diffSet(fact: PropertyFact, old: Value[], now: Value[], path: string, forced: boolean, walk: Walk): void {
  const element = elementFact(fact);
  const leftOld = [...old];
  const leftNow = now.filter((item) => {
    const twin = leftOld.findIndex((candidate) => isSame(element, candidate, item, path, walk));
    if (twin >= 0) leftOld.splice(twin, 1);
    return twin < 0;
  });
  diffList(fact, leftOld, leftNow, path, forced, walk);
}

function isSame(element: PropertyFact, old: Value, now: Value, path: string, walk: Walk): boolean {
  const trial: Walk = { ...walk, changes: [] };
  diffValue(element, old, now, path, false, trial);
  return trial.changes.length === 0;
}

function diffMap(
  fact: PropertyFact,
  old: ObjectValue,
  now: ObjectValue,
  path: string,
  forced: boolean,
  walk: Walk,
): void {
  const element = elementFact(fact);
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)]))
    if (!isInternalKey(key)) diffValue(element, old[key], now[key], `${path}.${key}`, forced, walk);
}

/** Leaving a property out is a change unless the cloud owns it, or it falls back to what it already was. */
function removalCounts(fact: PropertyFact, old: Value, bridge: Bridge): boolean {
  if (fact.computed) return false;
  if (fact.default !== undefined) return !sameScalar(fact, old, fact.default);
  return bridge === "framework" || !isZero(fact, old);
}

function additionCounts(fact: PropertyFact, now: Value, bridge: Bridge): boolean {
  if (fact.default !== undefined && sameScalar(fact, now, fact.default)) return false;
  if (bridge === "framework") return true;
  return !(isZero(fact, now) && fact.type !== "Bool" && fact.type !== "Int" && fact.type !== "Float");
}

/** True when the value holds a field, at any depth, whose change forces a replacement. */
function forcesNew(fact: PropertyFact, value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some((item) => forcesNew(elementFact(fact), item));
  if (!fact.fields || !isObject(value)) return false;
  return Object.entries(fact.fields).some(
    ([key, field]) => !isAbsent(value[key]) && (field.forceNew === true || forcesNew(field, value[key])),
  );
}

function sameScalar({ type }: PropertyFact, old: Value, now: Value): boolean {
  if (type === "String" || type === "Int" || type === "Float" || type === "Bool") {
    const [left, right] = [coerceScalar(type, old, "sdkv2"), coerceScalar(type, now, "sdkv2")];
    if ("value" in left && "value" in right) return left.value === right.value;
  }
  return canonical(old) === canonical(now);
}

/** JSON with sorted keys and without Pulumi's own: equal texts mean equal values. */
export function canonical(value: Value): string {
  return JSON.stringify(value, (key, item: Value) => {
    if (isInternalKey(key)) return undefined;
    return isObject(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item;
  });
}
