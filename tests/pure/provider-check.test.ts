// Check by property facts: what is refused, what is coerced, what is filled in.
import { describe, expect, it } from "vitest";
import { UNKNOWN, type Facts, type Properties, type ResourceType } from "../../local/providers/contract.ts";
import { checkProperties } from "../../local/providers/shared/check.ts";
import { checkResource } from "../../local/providers/shared/judge.ts";
import { atLeast, oneOf } from "../../local/providers/shared/rules.ts";

const facts: Facts = {
  name: { type: "String", required: true },
  count: { type: "Int", optional: true },
  ratio: { type: "Float", optional: true },
  on: { type: "Bool", optional: true, default: true },
  quiet: { type: "Bool", optional: true, default: false },
  tags: { type: "Set", elem: "String", optional: true, maxItems: 2 },
  labels: { type: "Map", elem: "String", optional: true },
  pool: {
    type: "List",
    elem: "object",
    maxItems: 1,
    optional: true,
    fields: { size: { type: "String", required: true } },
  },
  rules: { type: "List", elem: "object", optional: true, fields: { port: { type: "Int", required: true } } },
  content: { type: "String", optional: true, conflictsWith: ["source"] },
  source: { type: "String", optional: true },
  endpoint: { type: "String", computed: true },
};
const valueRules = { "rules.port": atLeast(1), count: oneOf("never") };

const reasons = (inputs: Properties, bridge: "sdkv2" | "framework" = "sdkv2") =>
  checkProperties(facts, { name: "n", ...inputs }, bridge).failures.map(
    ({ property, reason }) => `${property} ${reason}`,
  );

describe("checking inputs by facts", () => {
  it("accepts what the facts allow", () => {
    const inputs = { count: 3, ratio: 0.5, tags: ["a"], labels: { a: "b" }, pool: { size: "s" }, rules: [{ port: 1 }] };
    expect(reasons(inputs)).toEqual([]);
  });

  it("reports every failure at once, with its path", () => {
    const { failures } = checkProperties(facts, { bogus: 1, pool: {}, rules: [{ port: 1 }, { port: "x" }] }, "sdkv2");
    expect(failures.map(({ property }) => property).toSorted()).toEqual([
      "bogus",
      "name",
      "pool.size",
      "rules[1].port",
    ]);
  });

  it("refuses outputs as inputs", () => expect(reasons({ endpoint: "x" })).toHaveLength(1));

  it("proposes the spelling that is near", () => {
    expect(reasons({ rule: [] })[0]).toContain("did you mean rules?");
  });

  it.each([
    ["text where a number is wanted", { count: "many" }],
    ["a fraction where a whole number is wanted", { count: 1.5 }],
    ["text where a truth value is wanted", { on: "maybe" }],
    ["an object where text is wanted", { source: { a: 1 } }],
    ["text where an object is wanted", { pool: "text" }],
    ["text where a map is wanted", { labels: "text" }],
    ["objects where texts are wanted", { tags: [{ a: 1 }] }],
    ["a list where an object is wanted", { pool: [{ size: "s" }] }],
    ["a number that starts with a nought and is not octal", { count: "08" }],
    ["too many items", { tags: ["a", "b", "c"] }],
    ["two that exclude each other", { content: "a", source: "b" }],
  ])("refuses %s", (_, inputs) => expect(reasons(inputs)).toHaveLength(1));

  it("converts between text and numbers for the older SDK only", () => {
    expect(checkProperties(facts, { name: 5, count: "3", on: "1", tags: "a" }, "sdkv2").inputs).toMatchObject({
      name: "5",
      count: 3,
      on: true,
      tags: ["a"],
    });
    expect(reasons({ count: "3" }, "framework")).toHaveLength(1);
    expect(reasons({ tags: "a" }, "framework")).toHaveLength(1);
  });

  it.each([
    ["0x1f", 31],
    ["0b101", 5],
    ["0o17", 15],
    ["-017", -15],
    ["+12", 12],
  ])("reads %s as Go does", (count, read) => {
    expect(checkProperties(facts, { name: "n", count }, "sdkv2").inputs["count"]).toBe(read);
  });

  it("fills defaults in that are not nothing", () => {
    expect(checkProperties(facts, { name: "n" }, "sdkv2").inputs).toEqual({ name: "n", on: true });
  });

  it("leaves unknown values alone", () => {
    expect(reasons({ count: UNKNOWN, pool: UNKNOWN, tags: [UNKNOWN], rules: [{ port: UNKNOWN }] })).toEqual([]);
  });

  it("judges values by rules, wherever they stand in lists", () => {
    const { failures } = checkProperties(facts, { name: "n", rules: [{ port: 1 }, { port: 0 }] }, "sdkv2", valueRules);
    expect(failures).toEqual([{ property: "rules[1].port", reason: "must be at least 1, not 0" }]);
  });
});

describe("generated names", () => {
  const type: ResourceType = { token: "x:index/y:Y", facts, autoName: { property: "name", maxLength: 20 } };
  const source = { name: "web", seed: new Uint8Array([1, 2, 3]), oldInputs: {} };

  it("are the logical name and seven digits, equal for equal seeds", () => {
    const first = checkResource(type, "sdkv2", {}, source).inputs["name"];
    expect(first).toMatch(/^web-[0-9a-f]{7}$/);
    expect(checkResource(type, "sdkv2", {}, source).inputs["name"]).toBe(first);
    expect(checkResource(type, "sdkv2", {}, { ...source, seed: new Uint8Array([4]) }).inputs["name"]).not.toBe(first);
  });

  it("keep to the longest length", () => {
    const long = checkResource(type, "sdkv2", {}, { ...source, name: "a-very-long-logical-name" }).inputs["name"];
    expect(long).toHaveLength(20);
  });

  it("stay what they are on an update", () => {
    expect(checkResource(type, "sdkv2", {}, { ...source, oldInputs: { name: "old" } }).inputs["name"]).toBe("old");
  });

  it("give way to a name of one's own", () => {
    expect(checkResource(type, "sdkv2", { name: "mine" }, source).inputs).not.toHaveProperty("__defaults");
  });
});
