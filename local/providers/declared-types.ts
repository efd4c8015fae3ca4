// Builds resource types from generated facts, what the declarations cannot show (corrections), and behaviour.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Facts, PropertyFact, ResourceType, ScalarType, Value, ValueRule } from "./contract.ts";

/** One property as `generate-facts.ts` writes it: a fact, and what is only known from TypeScript. */
interface DeclaredFact extends Omit<PropertyFact, "elem" | "fields" | "type"> {
  readonly type: PropertyFact["type"] | "Number";
  readonly elem?: ScalarType | "Number" | "object" | DeclaredFact;
  readonly fields?: Readonly<Record<string, DeclaredFact>>;
  /** The text of a JSON document, which may be given as an object. */
  readonly json?: boolean;
  /** The only texts that are allowed. */
  readonly values?: readonly string[];
}

type DeclaredFacts = Readonly<Record<string, DeclaredFact>>;

/** A generated `facts.json`. */
export interface DeclaredPackage {
  readonly provider: DeclaredFacts;
  readonly resources: Readonly<Record<string, { readonly properties: DeclaredFacts }>>;
  readonly functions: Readonly<Record<string, { readonly inputs: DeclaredFacts }>>;
}

/** What a real provider does and its TypeScript declarations do not tell. Names are paths without indices. */
export interface Corrections {
  /** Properties whose change replaces the resource; `"every input"` for types that cannot be changed at all. */
  readonly replaces?: readonly string[] | "every input";
  /** Lists whose order does not count. */
  readonly sets?: readonly string[];
  /** Numbers that may have a fraction; all others are whole. */
  readonly fractions?: readonly string[];
  readonly defaults?: Readonly<Record<string, string | number | boolean>>;
}

/** What a type has beside its facts. */
export type Behaviour = Partial<Omit<ResourceType, "token" | "facts">>;

/** Reads a committed facts file. */
export function readDeclaredPackage(file: string): DeclaredPackage {
  const declared: DeclaredPackage = JSON.parse(readFileSync(file, "utf8"));
  return declared;
}

/** The finished resource type of a token. */
export function declaredType(
  token: string,
  properties: DeclaredFacts,
  corrections: Corrections = {},
  behaviour: Behaviour = {},
): ResourceType {
  const documents = Object.keys(properties).filter((name) => properties[name]!.json);
  return {
    token,
    facts: declaredFacts(properties, corrections),
    ...behaviour,
    rules: { ...valueRules(properties), ...rulesFor(documents, jsonDocument), ...behaviour.rules },
    sameValue: { ...rulesFor(documents, sameDocument), ...behaviour.sameValue },
  };
}

/** Facts in the contract's words. */
export function declaredFacts(properties: DeclaredFacts, corrections: Corrections = {}, at = ""): Facts {
  const facts: Record<string, PropertyFact> = {};
  for (const [name, declared] of Object.entries(properties)) facts[name] = fact(declared, corrections, `${at}${name}`);
  return facts;
}

function fact(declared: DeclaredFact, corrections: Corrections, path: string): PropertyFact {
  const { json, values: _, type, elem, fields, computed, ...rest } = declared;
  const preset = corrections.defaults?.[path];
  return {
    ...rest,
    type: json ? "Any" : factType(type, corrections, path),
    ...(elem === undefined ? {} : { elem: elementOf(elem, corrections, path) }),
    ...(fields ? { fields: declaredFacts(fields, corrections, `${path}.`) } : {}),
    ...(replaces(declared, corrections, path) ? { forceNew: true } : {}),
    // A default is the same for everyone: the cloud has nothing left to fill in.
    ...(preset === undefined ? {} : { default: preset }),
    ...(preset === undefined && computed ? { computed } : {}),
  };
}

function elementOf(
  elem: NonNullable<DeclaredFact["elem"]>,
  corrections: Corrections,
  path: string,
): NonNullable<PropertyFact["elem"]> {
  if (typeof elem === "object") return fact(elem, corrections, path);
  return elem === "Number" ? numberType(corrections, path) : elem;
}

function factType(type: DeclaredFact["type"], corrections: Corrections, path: string): PropertyFact["type"] {
  if (type === "Number") return numberType(corrections, path);
  return type === "List" && corrections.sets?.includes(path) ? "Set" : type;
}

function numberType(corrections: Corrections, path: string): "Float" | "Int" {
  return corrections.fractions?.includes(path) ? "Float" : "Int";
}

function replaces(declared: DeclaredFact, corrections: Corrections, path: string): boolean {
  if (corrections.replaces !== "every input") return corrections.replaces?.includes(path) ?? false;
  return !path.includes(".") && (declared.required === true || declared.optional === true);
}

function valueRules(properties: DeclaredFacts, at = ""): Record<string, ValueRule> {
  const rules: Record<string, ValueRule> = {};
  for (const [name, declared] of Object.entries(properties)) {
    if (declared.values) rules[`${at}${name}`] = oneOf(...declared.values);
    if (declared.fields) Object.assign(rules, valueRules(declared.fields, `${at}${name}.`));
  }
  return rules;
}

function rulesFor<Rule>(names: readonly string[], rule: Rule): Record<string, Rule> {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

/** A rule: the value is one of the given texts. */
export function oneOf(...allowed: readonly string[]): ValueRule {
  return (value) =>
    typeof value === "string" && allowed.includes(value)
      ? undefined
      : `${JSON.stringify(value)} is not allowed; use one of ${allowed.join(", ")}`;
}

/** A rule: the number lies between `least` and `most`, both allowed. */
export function between(least: number, most = Number.POSITIVE_INFINITY): ValueRule {
  const allowed = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `from ${least} to ${most}`;
  return (value) =>
    typeof value === "number" && (value < least || value > most)
      ? `${value} is out of range; use a number ${allowed}`
      : undefined;
}

/** A rule: the text has the form of `pattern`, which `allowed` describes in words. */
export function matching(pattern: RegExp, allowed: string): ValueRule {
  return (value) =>
    typeof value === "string" && !pattern.test(value) ? `${JSON.stringify(value)} is not ${allowed}` : undefined;
}

/** A rule: the value is a JSON object, or the text of one. */
export const jsonDocument: ValueRule = (value) => {
  const parsed = parsedDocument(value);
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
    ? undefined
    : `${JSON.stringify(value)} is not a JSON object; give an object, or the result of JSON.stringify on one`;
};

/** Whether two JSON documents say the same, however they are written. */
function sameDocument(old: Value, now: Value): boolean {
  return isDeepStrictEqual(parsedDocument(old), parsedDocument(now));
}

/** The text under which a cloud keeps a document that was given as an object or as text. */
export function documentText(value: Value | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function parsedDocument(value: Value): Value {
  if (typeof value !== "string") return value;
  try {
    const parsed: Value = JSON.parse(value);
    return parsed;
  } catch {
    return value;
  }
}
