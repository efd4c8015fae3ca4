// Check for one resource type: shape, value rules, rules over several properties, generated name.
import type { Bridge, Facts, PropertyFact, ResourceType, Properties, Value } from "../contract.ts";
import { type NameSource, withName } from "./auto-name.ts";
import { type Checked, checkProperties } from "./check.ts";
import { isUnknown } from "./values.ts";

/** Checks the inputs of a resource and completes them. */
export function checkResource(type: ResourceType, bridge: Bridge, inputs: Properties, source: NameSource): Checked {
  const named = withName(type, inputs, source);
  const { inputs: checked, failures } = checkProperties(type.facts, named, bridge, type.rules);
  const defaults = named["__defaults"];
  if (type.autoName && named !== inputs && defaults !== undefined) checked["__defaults"] = defaults;
  return { inputs: checked, failures: failures.length > 0 ? failures : (type.check?.(checked) ?? []) };
}

/** Checks a provider's configuration. Pulumi hands every value over as text; text that is JSON stands for its value. */
export function checkConfiguration(facts: Facts, config: Properties): Checked {
  const values = Object.entries(config).map(([key, value]) => [key, isText(facts[key]) ? value : fromJson(value)]);
  return checkProperties(facts, Object.fromEntries(values), "sdkv2");
}

/** Lists and objects arrive as JSON; texts, numbers and switches as they are, and the check turns them into their type. */
function isText(fact: PropertyFact | undefined): boolean {
  return !fact || !["List", "Map", "Object", "Set"].includes(fact.type);
}

function fromJson(value: Value): Value {
  if (typeof value !== "string" || isUnknown(value)) return value;
  try {
    const parsed: Value = JSON.parse(value);
    return parsed;
  } catch {
    return value;
  }
}
