// Rules over access policy documents, which AWS checks when it gets them: a bad one is refused before anything changes.
import type { Value, ValueRule } from "../contract.ts";
import { jsonDocument } from "../declared-types.ts";
import { documentOf, statementsOf } from "../shared/policy-statements.ts";
import { isObject, isUnknown, type ObjectValue } from "../shared/values.ts";
import { plain } from "../plain.ts";

/** Who a policy speaks about: the holder (identity), everyone who asks (resource), or who may take a role (trust). */
export type PolicyKind = "identity" | "resource" | "trust";

const versions = ["2012-10-17", "2008-10-17"];
const elements: Readonly<Record<PolicyKind, readonly (readonly string[])[]>> = {
  identity: [
    ["Action", "NotAction"],
    ["Resource", "NotResource"],
  ],
  resource: [
    ["Action", "NotAction"],
    ["Resource", "NotResource"],
    ["Principal", "NotPrincipal"],
  ],
  trust: [
    ["Action", "NotAction"],
    ["Principal", "NotPrincipal"],
  ],
};

/** A rule for a property that holds a policy of that kind. */
export function policyRule(kind: PolicyKind): ValueRule {
  return (value) => {
    const problem = jsonDocument(value);
    if (problem) return problem;
    const found = documentProblem(documentOf(value), kind);
    return found && `MalformedPolicyDocument: ${found}`;
  };
}

/** Whether a policy lets everyone in without any condition. */
export function isPublic(value: Value | undefined): boolean {
  return statementsOf(value).some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Allow" &&
      Condition === undefined &&
      (Principal === "*" || (isObject(Principal) && hasStar(Principal))),
  );
}

function hasStar(principal: ObjectValue): boolean {
  return principal["AWS"] === "*" || (Array.isArray(principal["AWS"]) && principal["AWS"].includes("*"));
}

function documentProblem(document: ObjectValue, kind: PolicyKind): string | undefined {
  const version = document["Version"];
  if (version !== undefined && !versions.includes(plain(version)))
    return `Version ${JSON.stringify(version)} is unknown; use "2012-10-17"`;
  // Statements made of outputs are judged when they are known.
  if ([document["Statement"]].flat().some(isUnknown)) return undefined;
  const statements = statementsOf(document);
  if (statements.length === 0) return "there is no Statement; a policy needs at least one";
  return statements.map((statement, index) => statementProblem(statement, index, kind)).find(Boolean);
}

function statementProblem(statement: ObjectValue, index: number, kind: PolicyKind): string | undefined {
  const where = `Statement ${typeof statement["Sid"] === "string" ? statement["Sid"] : index}`;
  const effect = statement["Effect"];
  if (effect !== "Allow" && effect !== "Deny" && !isUnknown(effect))
    return `${where} has Effect ${JSON.stringify(effect ?? null)}; use "Allow" or "Deny"`;
  const missing = elements[kind].find((names) => names.every((name) => statement[name] === undefined));
  if (missing) return `${where} has neither ${missing.join(" nor ")}; give one of them`;
  if (kind === "identity" && statement["Principal"] !== undefined)
    return `${where} has a Principal; a policy of a user, group or role speaks of its holder, so leave it out`;
  return undefined;
}
