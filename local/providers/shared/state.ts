// States of resources: what is unknown in a preview, which defaults the state holds, which inputs a read resource would have.
import { type Facts, type PropertyFact, type Properties, UNKNOWN, type Value } from "../contract.ts";
import { elementFact, fieldsOf, isOutputOnly, isSingleObject, isZero } from "./shape.ts";
import { isAbsent, isInternalKey, isObject } from "./values.ts";

/** The state that a create would leave: inputs are known, what the cloud fills in is not. */
export function previewState(facts: Facts, inputs: Properties): Properties {
  return mapFacts(facts, inputs, (fact) => (fact.computed ? UNKNOWN : fact.default));
}

/** Adds the defaults that the cloud applies, so that giving one later is no change. */
export function withDefaults(facts: Facts, inputs: Properties): Properties {
  return mapFacts(facts, inputs, (fact) => fact.default);
}

function mapFacts(facts: Facts, values: Properties, absent: (fact: PropertyFact) => Value | undefined): Properties {
  const result: Properties = {};
  for (const [key, value] of Object.entries(values)) if (!isInternalKey(key) && !isAbsent(value)) result[key] = value;
  for (const [key, fact] of Object.entries(facts)) {
    const value = result[key];
    if (value === undefined) {
      const filled = absent(fact);
      if (filled !== undefined) result[key] = filled;
    } else if (isSingleObject(fact) && fact.fields && isObject(value))
      result[key] = mapFacts(fact.fields, value, absent);
    else if (Array.isArray(value) && fact.elem === "object")
      result[key] = value.map((item) => (isObject(item) ? mapFacts(fieldsOf(fact), item, absent) : item));
  }
  return result;
}

/** The inputs that would give this state: for import, where there is no program to ask. */
export function inputsFromState(facts: Facts, state: Properties): Properties {
  const inputs: Properties = {};
  for (const [key, fact] of Object.entries(facts)) {
    const value = state[key];
    if (isOutputOnly(fact) || isAbsent(value)) continue;
    if (!fact.required && (value === fact.default || isZero(fact, value))) continue;
    inputs[key] = inputPart(fact, value);
  }
  return inputs;
}

/** The same inputs with what the cloud now says: for refresh, where changes behind the program's back must show. */
export function refreshedInputs(
  facts: Facts,
  oldInputs: Properties,
  state: Properties,
  drifted: ReadonlySet<string>,
): Properties {
  const inputs = { ...oldInputs };
  for (const key of drifted) {
    const fact = facts[key];
    const value = state[key];
    if (!fact || isOutputOnly(fact)) continue;
    if (isAbsent(value)) delete inputs[key];
    else inputs[key] = inputPart(fact, value);
  }
  return inputs;
}

function inputPart(fact: PropertyFact, value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => inputPart(elementFact(fact), item));
  if (!isObject(value) || !fact.fields) return value;
  return inputsFromState(fact.fields, value);
}

/** Top-level properties that are secrets by nature. */
export function sensitiveProperties(facts: Facts): Set<string> {
  return new Set(Object.keys(facts).filter((key) => facts[key]?.sensitive));
}

/** Adds to a new state what the cloud had filled in before, also in nested objects. */
export function keptOutputs(facts: Facts, previous: Properties, state: Properties): Properties {
  const result = { ...state };
  for (const [key, fact] of Object.entries(facts)) {
    const [old, now] = [previous[key], result[key]];
    if (isAbsent(old)) continue;
    if (isAbsent(now)) {
      if (fact.computed) result[key] = old;
    } else if (isSingleObject(fact) && fact.fields && isObject(old) && isObject(now))
      result[key] = keptOutputs(fact.fields, old, now);
  }
  return result;
}
