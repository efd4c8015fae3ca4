// How each random type makes its value. Where the id carries the value, the outputs are read from the id.
import { randomBytes, randomUUID } from "node:crypto";
import type { Hooks, Properties, Value } from "../contract.ts";
import { numericOf, randomCharacters, shuffled } from "./characters.ts";
import { adjectives, adverbs, animals } from "./pet-words.ts";
import { chooser } from "./seeded.ts";

/** `RandomBytes`: standard base64 and hexadecimal of the same bytes. */
export const bytes: Hooks = {
  id: () => "none",
  outputs: (_ctx, _id, inputs, previous) => (previous ? {} : bytesOutputs(randomBytes(Number(inputs["length"])))),
};

/** `RandomId`: the same bytes in four notations, each after the prefix. The id is the URL-safe one without prefix. */
export const identifier: Hooks = {
  id: (_ctx, inputs) => randomBytes(Number(inputs["byteLength"])).toString("base64url"),
  outputs: (_ctx, id, inputs) => identifierOutputs(id, inputs),
};

/** `RandomInteger`: from `min` to `max`, both included. */
export const integer: Hooks = {
  id: (_ctx, inputs) => {
    const [min, max] = [Number(inputs["min"]), Number(inputs["max"])];
    return String(min + chooser(inputs["seed"])(max - min + 1));
  },
  outputs: (_ctx, id) => ({ result: Number(id) }),
};

/** `RandomString`: the id is the value, so it is no place for a secret. */
export const characters: Hooks = {
  id: (_ctx, inputs) => randomCharacters(inputs),
  outputs: (_ctx, id, inputs) => ({ ...bothNumeric(inputs), result: id }),
};

/** `RandomPet`: adverbs, then an adjective, then an animal, as many words as asked for. */
export const pet: Hooks = {
  id: (_ctx, inputs) => petName(inputs),
};

/** `RandomShuffle`: the given texts in random order; starts again from a new order when more are asked for. */
export const shuffle: Hooks = {
  id: () => "-",
  outputs: (_ctx, _id, inputs, previous): Properties => (previous ? {} : { results: shuffledResults(inputs) }),
};

/** `RandomUuid` and `RandomUuid4`. */
export const uuid4: Hooks = {
  id: () => randomUUID(),
  outputs: (_ctx, id) => ({ result: id }),
};

/** `RandomUuid7`: begins with the time, so that values sort by age. */
export const uuid7: Hooks = {
  id: () => timedUuid(Date.now()),
  outputs: (_ctx, id) => ({ result: id }),
};

/** The two notations of random bytes. */
export function bytesOutputs(value: Buffer): Properties {
  return { base64: value.toString("base64"), hex: value.toString("hex") };
}

/** The four notations of an id, each after the prefix. */
export function identifierOutputs(id: string, inputs: Properties): Properties {
  const value = Buffer.from(id, "base64url");
  const prefix = text(inputs["prefix"]);
  const hex = value.toString("hex");
  return {
    b64Std: prefix + value.toString("base64"),
    b64Url: prefix + id,
    dec: prefix + BigInt(`0x${hex}`).toString(),
    hex: prefix + hex,
  };
}

/** `numeric` and `number` as outputs. */
export function bothNumeric(inputs: Properties): Properties {
  const numeric = numericOf(inputs);
  return { number: numeric, numeric };
}

function petName(inputs: Properties): string {
  const choose = chooser(undefined);
  const from = (words: readonly string[]) => words[choose(words.length)]!;
  const length = Number(inputs["length"] ?? 2);
  const words = Array.from({ length }, (_, index) => {
    const left = length - index;
    return from(left === 1 ? animals : left === 2 ? adjectives : adverbs);
  });
  const prefix = text(inputs["prefix"]);
  return (prefix === "" ? words : [prefix, ...words]).join(text(inputs["separator"] ?? "-"));
}

function shuffledResults(inputs: Properties): Value[] {
  const given = inputs["inputs"];
  const items = Array.isArray(given) ? given : [];
  const count = typeof inputs["resultCount"] === "number" ? inputs["resultCount"] : items.length;
  const choose = chooser(inputs["seed"]);
  const results: Value[] = [];
  while (results.length < count && items.length > 0) results.push(...shuffled(items, choose));
  return results.slice(0, count);
}

/** A version 7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits. */
function timedUuid(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, "0") + randomBytes(10).toString("hex");
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
