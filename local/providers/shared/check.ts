// Check: are these inputs acceptable? Walks the inputs beside the property facts and collects every failure, not only the first.
import type { Bridge, Facts, Failure, PropertyFact, Properties, Value, ValueRule } from "../contract.ts";
import { coerceScalar } from "./coerce.ts";
import { elementFact, fieldsOf, isOutputOnly, isSingleObject, isZero } from "./shape.ts";
import { isAbsent, isInternalKey, isObject, isUnknown, ruleKey, show } from "./values.ts";

type Rules = Readonly<Record<string, ValueRule>>;

/** What a walk needs to know, and where it leaves failures. */
interface Walk {
  readonly bridge: Bridge;
  readonly rules: Rules;
  readonly failures: Failure[];
}

/** Inputs in their wanted types with defaults filled in, and everything that is wrong with them. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures: Failure[];
}

/** Checks a property map against its facts and value rules. */
export function checkProperties(facts: Facts, inputs: Properties, bridge: Bridge, rules: Rules = {}): Checked {
  const walk: Walk = { bridge, rules, failures: [] };
  const checked = checkFields(facts, inputs, "", walk);
  return { inputs: checked, failures: walk.failures };
}

function checkFields(facts: Facts, given: Properties, path: string, walk: Walk): Properties {
  const checked: Properties = {};
  for (const [key, value] of Object.entries(given)) {
    if (isInternalKey(key) || isAbsent(value)) continue;
    const here = path === "" ? key : `${path}.${key}`;
    const fact = facts[key];
    if (!fact) walk.failures.push({ property: here, reason: unknownProperty(key, facts) });
    else if (isOutputOnly(fact))
      walk.failures.push({ property: here, reason: "is set by the cloud and cannot be an input; remove it" });
    else checked[key] = checkValue(fact, value, here, walk);
  }
  for (const [key, fact] of Object.entries(facts)) completeField(key, fact, facts, checked, path, walk);
  return checked;
}

function unknownProperty(key: string, facts: Facts): string {
  const inputs = Object.keys(facts).filter((name) => !isOutputOnly(facts[name] ?? { type: "Any" }));
  const near = inputs.find(
    (name) => name.toLowerCase() === key.toLowerCase() || name === `${key}s` || `${name}s` === key,
  );
  const advice = near
    ? `did you mean ${near}?`
    : `it takes ${inputs.length > 24 ? "others, see its documentation" : inputs.join(", ")}`;
  return `is not a property of this type; ${advice}`;
}

/** Adds a default, and tells what is missing or excludes what. */
function completeField(
  key: string,
  fact: PropertyFact,
  facts: Facts,
  checked: Properties,
  path: string,
  walk: Walk,
): void {
  const here = path === "" ? key : `${path}.${key}`;
  if (checked[key] === undefined) {
    if (fact.required) walk.failures.push({ property: here, reason: "is missing and required" });
    // The older SDK fills defaults in here, except those that equal the type's nothing; the newer one leaves all to the cloud.
    else if (walk.bridge === "sdkv2" && fact.default !== undefined && !isZero(fact, fact.default))
      checked[key] = fact.default;
    return;
  }
  const rival = fact.conflictsWith?.find((name) => name in facts && checked[name] !== undefined);
  if (rival && key !== rival)
    walk.failures.push({ property: here, reason: `excludes ${rival}: give only one of them` });
}

function checkValue(fact: PropertyFact, value: Value, path: string, walk: Walk): Value {
  if (isUnknown(value)) return value;
  const before = walk.failures.length;
  const checked = checkShape(fact, value, path, walk);
  if (walk.failures.length > before || isUnknown(checked)) return checked;
  const reason = walk.rules[ruleKey(path)]?.(checked);
  if (reason !== undefined) walk.failures.push({ property: path, reason });
  return checked;
}

function checkShape(fact: PropertyFact, value: Value, path: string, walk: Walk): Value {
  if (isSingleObject(fact)) return checkObject(fact, value, path, walk);
  if (fact.type === "Map") return checkMap(fact, value, path, walk);
  if (fact.type === "List" || fact.type === "Set") return checkList(fact, value, path, walk);
  const coerced = fact.type === "Object" ? { value } : coerceScalar(fact.type, value, walk.bridge);
  if ("value" in coerced) return coerced.value;
  walk.failures.push({ property: path, reason: coerced.reason });
  return value;
}

function checkObject(fact: PropertyFact, value: Value, path: string, walk: Walk): Value {
  if (isObject(value)) return fact.fields ? checkFields(fieldsOf(fact), value, path, walk) : value;
  walk.failures.push({ property: path, reason: `must be an object, not ${show(value)}` });
  return value;
}

function checkMap(fact: PropertyFact, value: Value, path: string, walk: Walk): Value {
  if (!isObject(value)) {
    walk.failures.push({ property: path, reason: `must be a map of names to values, not ${show(value)}` });
    return value;
  }
  const element = elementFact(fact);
  const entries = Object.entries(value).filter(([key]) => !isInternalKey(key));
  return Object.fromEntries(entries.map(([key, item]) => [key, checkValue(element, item, `${path}.${key}`, walk)]));
}

function checkList(fact: PropertyFact, value: Value, path: string, walk: Walk): Value {
  // The older SDK takes one value where a list is wanted.
  const list = Array.isArray(value) ? value : walk.bridge === "sdkv2" ? [value] : undefined;
  if (!list) {
    walk.failures.push({ property: path, reason: `must be a list, not ${show(value)}` });
    return value;
  }
  if (fact.maxItems && list.length > fact.maxItems)
    walk.failures.push({ property: path, reason: `has ${list.length} items, at most ${fact.maxItems} are allowed` });
  if (fact.minItems && list.length < fact.minItems)
    walk.failures.push({ property: path, reason: `has ${list.length} items, at least ${fact.minItems} are needed` });
  const element = elementFact(fact);
  return list.map((item, index) => checkValue(element, item, `${path}[${index}]`, walk));
}
