// Every emulated type of DigitalOcean and Tailscale refuses what no such resource can take, and names the property.
import { describe, expect, it } from "vitest";
import type {
  Properties,
  ProviderDefinition,
  PropertyFact,
  ResourceType,
  Value,
} from "../../local/providers/contract.ts";
import { provider as digitalocean } from "../../local/providers/digitalocean/index.ts";
import { checkResource } from "../../local/providers/shared/judge.ts";
import { isOutputOnly, isSingleObject } from "../../local/providers/shared/shape.ts";
import { provider as tailscale } from "../../local/providers/tailscale/index.ts";

const types = [digitalocean, tailscale].flatMap((provider) =>
  provider.tokens().map((token): [string, ResourceType, ProviderDefinition] => {
    const type = provider.resource(token);
    if (!type) throw new Error(`${token} is listed and not known`);
    return [token, type, provider];
  }),
);

/** The failures of some inputs, by property. */
function refused(type: ResourceType, provider: ProviderDefinition, inputs: Properties): string[] {
  const source = { name: "it", seed: new Uint8Array(), oldInputs: {} };
  return checkResource(type, provider.bridge, inputs, source).failures.map(({ property }) => property);
}

/** A value that the fact cannot mean. */
function wrongValue(fact: PropertyFact): Value {
  if (fact.type === "String") return { a: 1 };
  const isListOfTexts =
    (fact.type === "List" || fact.type === "Set") && !isSingleObject(fact) && fact.elem === "String";
  return isListOfTexts ? [{ a: 1 }] : "text";
}

const inputsOf = (type: ResourceType) => Object.entries(type.facts).filter(([, fact]) => !isOutputOnly(fact));

describe.each(types)("%s", (_, type, provider) => {
  it("refuses a property that it does not have", () => {
    expect(refused(type, provider, { bogus: 1 })).toContain("bogus");
  });

  it("refuses each property in the wrong type", () => {
    for (const [key, fact] of inputsOf(type)) {
      if (fact.type === "Any" || fact.type === "Asset") continue;
      const failures = refused(type, provider, { [key]: wrongValue(fact) });
      expect(
        failures.some((path) => path === key || path.startsWith(`${key}[`)),
        key,
      ).toBe(true);
    }
  });

  it("misses each property that is required, unless it can be generated", () => {
    const required = inputsOf(type).filter(([key, fact]) => fact.required && key !== type.autoName?.property);
    const failures = refused(type, provider, {});
    for (const [key] of required) expect(failures).toContain(key);
  });

  it("refuses outputs as inputs", () => {
    for (const [key, fact] of Object.entries(type.facts))
      if (isOutputOnly(fact)) expect(refused(type, provider, { [key]: "x" })).toContain(key);
  });
});

it("knows the types that the recorded facts know", () => {
  expect(digitalocean.tokens()).toHaveLength(43);
  expect(tailscale.tokens().length).toBeGreaterThanOrEqual(16);
});
