// The emulated random provider: real values, refusals with the property's name, and replacement on every change.
import { compare } from "bcryptjs";
import { assert, asyncProperty, integer, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { plain } from "../../local/providers/plain.ts";
import { provider } from "../../local/providers/random/index.ts";
import { texts } from "../../local/providers/shared/values.ts";
import { ProviderUnderTest } from "../support/provider-under-test.ts";

const random = new ProviderUnderTest(provider);
const create = async (name: string, inputs: Parameters<ProviderUnderTest["create"]>[1]) =>
  (await random.create(name, inputs)).state;

/** Inputs that every type accepts. */
const samples: Readonly<Record<string, Parameters<ProviderUnderTest["create"]>[1]>> = {
  RandomBytes: { length: 16 },
  RandomId: { byteLength: 8 },
  RandomInteger: { min: 1, max: 6 },
  RandomPassword: { length: 20 },
  RandomPet: {},
  RandomShuffle: { inputs: ["a", "b", "c"] },
  RandomString: { length: 12 },
  RandomUuid: {},
  RandomUuid4: {},
  RandomUuid7: {},
};

describe("values", () => {
  it("of passwords have the wanted length and at least the wanted number of each kind", async () => {
    const counts = record({
      minLower: integer({ min: 0, max: 4 }),
      minUpper: integer({ min: 0, max: 4 }),
      minNumeric: integer({ min: 0, max: 4 }),
      minSpecial: integer({ min: 0, max: 4 }),
    });
    const property = asyncProperty(integer({ min: 16, max: 40 }), counts, async (length, least) => {
      const { result } = await create("RandomString", { length, ...least });
      const text = plain(result);
      const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
      expect(text).toHaveLength(length);
      expect(count(/[a-z]/g)).toBeGreaterThanOrEqual(least.minLower);
      expect(count(/[A-Z]/g)).toBeGreaterThanOrEqual(least.minUpper);
      expect(count(/\d/g)).toBeGreaterThanOrEqual(least.minNumeric);
      expect(count(/[^a-zA-Z\d]/g)).toBeGreaterThanOrEqual(least.minSpecial);
    });
    await assert(property, { numRuns: 50 });
  });

  it("leave out kinds that are switched off, and take special characters from overrideSpecial only", async () => {
    const plain = await create("RandomString", { length: 200, special: false, numeric: false });
    expect(plain["result"]).toMatch(/^[a-zA-Z]{200}$/);
    const own = await create("RandomString", { length: 200, overrideSpecial: "_-" });
    expect(own["result"]).toMatch(/^[\w-]{200}$/);
  });

  it("of passwords come with a bcrypt hash that fits, and an id that says nothing", async () => {
    const created = await random.create("RandomPassword", { length: 24 });
    expect(created.id).toBe("none");
    expect(await compare(plain(created.state["result"]), plain(created.state["bcryptHash"]))).toBe(true);
  });

  it("differ from one resource to the next", async () => {
    const [one, two] = [await create("RandomPassword", { length: 32 }), await create("RandomPassword", { length: 32 })];
    expect(one["result"]).not.toBe(two["result"]);
  });

  it("of bytes and ids are the same bytes in each notation", async () => {
    const bytes = await create("RandomBytes", { length: 32 });
    expect(Buffer.from(plain(bytes["base64"]), "base64").toString("hex")).toBe(bytes["hex"]);
    expect(bytes["hex"]).toHaveLength(64);
    const id = await create("RandomId", { byteLength: 6, prefix: "web-" });
    expect(id["hex"]).toMatch(/^web-[\da-f]{12}$/);
    expect(`web-${BigInt(`0x${plain(id["hex"]).slice(4)}`)}`).toBe(id["dec"]);
    expect(Buffer.from(plain(id["b64Url"]).slice(4), "base64url").toString("hex")).toBe(plain(id["hex"]).slice(4));
  });

  it("of integers stay within both ends, and repeat with a seed", async () => {
    const seen = new Set<unknown>();
    for (let round = 0; round < 100; round += 1)
      seen.add((await create("RandomInteger", { min: 1, max: 3 }))["result"]);
    expect(seen).toEqual(new Set([1, 2, 3]));
    const seeded = { min: 0, max: 1_000_000, seed: "one" };
    expect((await create("RandomInteger", seeded))["result"]).toBe((await create("RandomInteger", seeded))["result"]);
  });

  it("of shuffles hold every input once, or as many as asked for", async () => {
    const { results } = await create("RandomShuffle", { inputs: ["a", "b", "c", "d"] });
    expect(results).toHaveLength(4);
    expect(new Set(texts({ results: results! }, "results"))).toEqual(new Set(["a", "b", "c", "d"]));
    expect((await create("RandomShuffle", { inputs: ["a", "b"], resultCount: 5 }))["results"]).toHaveLength(5);
  });

  it("of UUIDs have the right version", async () => {
    expect((await create("RandomUuid", {}))["result"]).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
    expect((await create("RandomUuid7", {}))["result"]).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
  });

  it("of pets have as many words as asked for, after the prefix", async () => {
    const { id } = await random.create("RandomPet", { length: 3, prefix: "node", separator: "_" });
    expect(id).toMatch(/^node(_[a-z]+){3}$/);
  });
});

function secret(name: string): string[] {
  const { facts } = random.type(name);
  return Object.keys(facts).filter((property) => facts[property]!.sensitive);
}

describe("secrets", () => {
  it("are exactly what the real package marks", () => {
    expect(secret("RandomPassword")).toEqual(["bcryptHash", "result"]);
    expect(secret("RandomBytes")).toEqual(["base64", "hex"]);
    expect(secret("RandomString")).toEqual([]);
  });
});

describe("refusals", () => {
  it.each([
    ["an unknown property", "RandomPassword", { length: 8, lenght: 9 }, "lenght"],
    ["a missing length", "RandomPassword", {}, "length"],
    ["a length that is text", "RandomPassword", { length: "eight" }, "length"],
    ["a length with a fraction", "RandomPassword", { length: 8.5 }, "length"],
    ["a length of nought", "RandomPassword", { length: 0 }, "length"],
    ["minimums that exceed the length", "RandomPassword", { length: 4, minLower: 3, minUpper: 2 }, "length"],
    ["a negative minimum", "RandomString", { length: 4, minLower: -1 }, "minLower"],
    [
      "no kind of character at all",
      "RandomString",
      { length: 4, lower: false, upper: false, numeric: false, special: false },
      "length",
    ],
    ["an output given as input", "RandomPassword", { length: 8, result: "mine" }, "result"],
    ["keepers that are no map", "RandomUuid", { keepers: "today" }, "keepers"],
    ["a least value above the greatest", "RandomInteger", { min: 5, max: 4 }, "min"],
    ["no bytes", "RandomId", { byteLength: 0 }, "byteLength"],
  ])("name the property of %s", (_what, name, inputs, property) => {
    expect(random.refused(name, inputs)).toEqual([property]);
  });
});

describe("changes", () => {
  it.each(Object.keys(samples))("of keepers replace %s, and nothing else is needed for no change", async (name) => {
    const inputs = { ...samples[name], keepers: { for: "ever" } };
    const created = await random.create(name, inputs);
    expect(random.diff(name, created, inputs).changes).toEqual([]);
    expect(random.diff(name, created, { ...inputs, keepers: { for: "now" } }).replaces).toEqual(["keepers"]);
  });

  it("of a default to the same value are none, to another replace", async () => {
    const created = await random.create("RandomPassword", { length: 8 });
    expect(random.diff("RandomPassword", created, { length: 8, special: true, minLower: 0 }).changes).toEqual([]);
    expect(random.diff("RandomPassword", created, { length: 8, special: false }).replaces).toEqual(["special"]);
    expect(random.diff("RandomPassword", created, { length: 9 }).replaces).toEqual(["length"]);
  });
});
