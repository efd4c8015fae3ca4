// `getPolicyDocument`: turns statements written as data into the JSON of an access policy.
import type { Properties, Value } from "../contract.ts";
import { documentText } from "../declared-types.ts";
import { objects, type ObjectValue, text, texts } from "../shared/values.ts";
import { stableHex } from "./identifiers.ts";
import { statementsOf } from "../shared/policy-statements.ts";
import { plain } from "../plain.ts";

/** Answers with the arguments, `json` (indented) and `minifiedJson`. */
export function policyDocument(args: Properties): Properties {
  const document = {
    Version: text(args, "version") ?? "2012-10-17",
    ...(text(args, "policyId") === undefined ? {} : { Id: text(args, "policyId")! }),
    Statement: merged(args),
  };
  const json = JSON.stringify(document, null, 2);
  const id = String(Number.parseInt(stableHex(8, json), 16));
  return { ...args, id, json, minifiedJson: JSON.stringify(document), version: document.Version };
}

/** Documents to start from, then the statements, then documents that replace statements of the same Sid. */
function merged(args: Properties): ObjectValue[] {
  const sources = [...documents(args, "sourcePolicyDocuments"), ...documents(args, "sourceJson")];
  const overrides = [...documents(args, "overridePolicyDocuments"), ...documents(args, "overrideJson")];
  const result = [...sources, ...objects(args, "statements").map(statement)];
  for (const override of overrides) {
    const place = result.findIndex(({ Sid }) => Sid !== undefined && Sid === override["Sid"]);
    if (place >= 0) result[place] = override;
    else result.push(override);
  }
  return result;
}

function documents(args: Properties, name: string): ObjectValue[] {
  const given = args[name];
  return (Array.isArray(given) ? given : [given ?? null]).flatMap((document) =>
    document === null ? [] : statementsOf(documentText(document)),
  );
}

function statement(args: ObjectValue): ObjectValue {
  const result: ObjectValue = {};
  if (text(args, "sid")) result["Sid"] = args["sid"]!;
  result["Effect"] = text(args, "effect") ?? "Allow";
  add(result, "Action", list(args, "actions"));
  add(result, "NotAction", list(args, "notActions"));
  add(result, "Resource", list(args, "resources"));
  add(result, "NotResource", list(args, "notResources"));
  add(result, "Principal", principals(args, "principals"));
  add(result, "NotPrincipal", principals(args, "notPrincipals"));
  add(result, "Condition", conditions(args));
  return result;
}

function add(statementSoFar: ObjectValue, name: string, value: Value | undefined): void {
  if (value !== undefined) statementSoFar[name] = value;
}

/** One item stands alone; more are sorted backwards, which is the real function's habit and keeps texts equal. */
function list(args: ObjectValue, name: string): Value | undefined {
  return shortened(texts(args, name));
}

function shortened(items: readonly string[]): Value | undefined {
  return items.length > 1 ? items.toSorted().toReversed() : items[0];
}

function principals(args: ObjectValue, name: string): Value | undefined {
  const given = objects(args, name);
  if (given.length === 0) return undefined;
  if (given.some(({ type }) => type === "*")) return "*";
  const byType: ObjectValue = {};
  for (const { type } of given) {
    const same = given.filter((other) => other["type"] === type).flatMap((other) => texts(other, "identifiers"));
    byType[plain(type)] = shortened(same) ?? [];
  }
  return byType;
}

function conditions(args: ObjectValue): Value | undefined {
  const given = objects(args, "conditions");
  if (given.length === 0) return undefined;
  const byTest: Record<string, ObjectValue> = {};
  for (const condition of given) {
    const { test, variable } = condition;
    (byTest[plain(test)] ??= {})[plain(variable)] = shortened(texts(condition, "values")) ?? [];
  }
  return byTest;
}
