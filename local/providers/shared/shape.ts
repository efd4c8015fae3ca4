// Reads the shape of a property fact: single nested objects, element facts, inputs against outputs.
import type { Facts, PropertyFact } from "../contract.ts";

/** A list of at most one object is written without the list on Pulumi's side. */
export function isSingleObject(fact: PropertyFact): boolean {
  if (fact.type === "Object") return true;
  return (fact.type === "List" || fact.type === "Set") && fact.elem === "object" && fact.maxItems === 1;
}

/** A list or set that is written as one on Pulumi's side. */
export function isList(fact: PropertyFact): boolean {
  return (fact.type === "List" || fact.type === "Set") && !isSingleObject(fact);
}

/** The fact of what a list, set or map holds. */
export function elementFact(fact: PropertyFact): PropertyFact {
  if (typeof fact.elem === "object") return fact.elem;
  if (fact.elem === "object") return { type: "Object", fields: fact.fields ?? {} };
  return { type: fact.elem ?? "String" };
}

/** The fields of an object; none known means that anything goes. */
export function fieldsOf(fact: PropertyFact): Facts {
  return fact.fields ?? {};
}

/** The cloud alone fills it in. */
export function isOutputOnly(fact: PropertyFact): boolean {
  return fact.computed === true && fact.optional !== true && fact.required !== true;
}

const zeros: Readonly<Record<string, unknown>> = {
  Bool: false,
  Int: 0,
  Float: 0,
  String: "",
  Any: "",
  Asset: "",
  Object: "",
};

/** True for the value that counts as "nothing" of its type: removing it is no change. */
export function isZero({ type }: PropertyFact, value: unknown): boolean {
  if (type in zeros) return value === zeros[type];
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
