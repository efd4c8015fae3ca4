// Diff by property facts: what counts as a change, and what forces a replacement.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNKNOWN, type Facts, type Properties, type ResourceType } from "../../local/providers/contract.ts";
import { diffResource } from "../../local/providers/shared/diff.ts";

const facts: Facts = {
  name: { type: "String", required: true },
  region: { type: "String", required: true, forceNew: true },
  ipRange: { type: "String", optional: true, computed: true, forceNew: true },
  on: { type: "Bool", optional: true, default: false },
  note: { type: "String", optional: true },
  limit: { type: "Int", optional: true },
  tags: { type: "Set", elem: "String", optional: true },
  steps: { type: "List", elem: "String", optional: true },
  labels: { type: "Map", elem: "String", optional: true },
  pool: {
    type: "List",
    elem: "object",
    maxItems: 1,
    optional: true,
    fields: {
      id: { type: "String", computed: true },
      size: { type: "String", required: true, forceNew: true },
      count: { type: "Int", optional: true },
    },
  },
  rules: {
    type: "Set",
    elem: "object",
    optional: true,
    fields: { kind: { type: "String", required: true }, uuid: { type: "String", computed: true } },
  },
  urn: { type: "String", computed: true },
};
const type: ResourceType = { token: "x:index/y:Y", facts, autoName: { property: "name" } };
const base: Properties = { name: "n", region: "tor1", ipRange: "10.0.0.0/16", on: true, urn: "u" };
const inputs: Properties = { name: "n", region: "tor1", ipRange: "10.0.0.0/16", on: true };

const diff = (olds: Properties, news: Properties, bridge: "sdkv2" | "framework" = "sdkv2") =>
  diffResource(type, bridge, olds, news);
const paths = (olds: Properties, news: Properties) =>
  diff({ ...base, ...olds }, { ...inputs, ...news }).changes.map(({ path }) => path);

describe("differences", () => {
  it("finds none between a state and the inputs that made it", () => expect(diff(base, inputs).changes).toEqual([]));

  it("replaces where a fact says so, and updates elsewhere", () => {
    expect(diff(base, { ...inputs, region: "nyc3" }).replaces).toEqual(["region"]);
    expect(diff(base, { ...inputs, name: "m" })).toMatchObject({
      replaces: [],
      changes: [{ path: "name", kind: "update" }],
    });
  });

  it("replaces by its top-level property when a nested field forces it", () => {
    const changed = diff(
      { ...base, pool: { id: "1", size: "a", count: 1 } },
      { ...inputs, pool: { size: "b", count: 1 } },
    );
    expect(changed).toMatchObject({ replaces: ["pool"], changes: [{ path: "pool.size" }] });
  });

  it("keeps a removed value that the cloud owns", () => {
    const { ipRange: _, ...rest } = inputs;
    expect(diff(base, rest).changes).toEqual([]);
  });

  it("compares a removed value with its default", () => {
    const { on: _, ...rest } = inputs;
    expect(diff(base, rest).changes.map(({ path }) => path)).toEqual(["on"]);
    expect(diff({ ...base, on: false }, rest).changes).toEqual([]);
  });

  it("takes a removed nothing for no change with the older SDK only", () => {
    expect(paths({ limit: 0, note: "" }, {})).toEqual([]);
    expect(diff({ ...base, limit: 0 }, inputs, "framework").changes.map(({ path }) => path)).toEqual(["limit"]);
  });

  it("ignores the order of sets, and minds that of lists", () => {
    expect(paths({ tags: ["a", "b"] }, { tags: ["b", "a"] })).toEqual([]);
    expect(paths({ steps: ["a", "b"] }, { steps: ["b", "a"] })).toEqual(["steps[0]", "steps[1]"]);
  });

  it("ignores what the cloud adds to elements", () => {
    expect(paths({ rules: [{ kind: "a", uuid: "1" }] }, { rules: [{ kind: "a" }] })).toEqual([]);
  });

  it("names added and removed keys of a map", () => {
    expect(paths({ labels: { a: "1", b: "2" } }, { labels: { a: "1", c: "3" } })).toEqual(["labels.b", "labels.c"]);
  });

  it("replaces for an unknown value in a forcing property", () => {
    expect(diff(base, { ...inputs, region: UNKNOWN }).replaces).toEqual(["region"]);
  });

  it("replaces what is outdated although nothing changed", () => {
    const outdated: ResourceType = { ...type, outdated: ({ on }) => (on === true ? "id" : undefined) };
    expect(diffResource(outdated, "framework", base, inputs)).toMatchObject({
      replaces: ["id"],
      changes: [{ path: "id" }],
    });
    const off = { on: false };
    expect(diffResource(outdated, "framework", { ...base, ...off }, { ...inputs, ...off }).replaces).toEqual([]);
  });

  it("leaves ignored properties out, with all below them", () => {
    const changed = diffResource(type, "sdkv2", { ...base, pool: { size: "a" } }, { ...inputs, pool: { size: "b" } }, [
      "pool",
    ]);
    expect(changed.changes).toEqual([]);
  });

  it("frees a name of one's own before the successor is made, and not a generated one", () => {
    expect(diff(base, { ...inputs, region: "nyc3" }).deleteBeforeReplace).toBe(true);
    expect(diff(base, { ...inputs, region: "nyc3", __defaults: ["name"] }).deleteBeforeReplace).toBe(false);
    expect(diff(base, { ...inputs, region: "nyc3", name: UNKNOWN }).deleteBeforeReplace).toBe(true);
  });

  it("never finds a change between equal inputs, whatever they are", () => {
    const values = fc.record({
      name: fc.string(),
      region: fc.string(),
      limit: fc.integer(),
      tags: fc.array(fc.string()),
      labels: fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string()),
      rules: fc.array(fc.record({ kind: fc.string() })),
    });
    fc.assert(fc.property(values, (same) => diff(same, structuredClone(same)).changes.length === 0));
  });
});
