// Random texts out of chosen characters, with a least number of each kind.
import { randomInt } from "node:crypto";
import type { Failure, Properties } from "../contract.ts";

const lower = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
// The special characters of the real provider, whose documentation lists them. They are safe in URLs only when escaped.
const special = "!@#$%&*()-_=+[]{}<>:?";

/** How many of which characters. */
interface Kind {
  readonly property: string;
  readonly least: string;
  readonly alphabet: string;
  readonly used: boolean;
}

/** A text as `RandomPassword` and `RandomString` make it. Expects inputs that {@link characterFailures} accepts. */
export function randomCharacters(inputs: Properties): string {
  const kinds = kindsOf(inputs);
  const all = kinds.map((kind) => (kind.used ? kind.alphabet : "")).join("");
  const picked = kinds.flatMap((kind) => pick(kind.alphabet, numberOf(inputs[kind.least])));
  return shuffled([...picked, ...pick(all, numberOf(inputs["length"]) - picked.length)]).join("");
}

/** What is wrong with the inputs taken together: too many minimums, or no character to choose from. */
export function characterFailures(inputs: Properties): Failure[] {
  const length = inputs["length"];
  const minimums = ["minLower", "minUpper", "minNumeric", "minSpecial"];
  const needed = minimums.reduce((sum, name) => sum + numberOf(inputs[name]), 0);
  if (typeof length !== "number") return [];
  if (length < needed) {
    const reason = `length ${length} is less than ${needed}, the sum of ${minimums.join(", ")}; give at least ${needed}`;
    return [{ property: "length", reason }];
  }
  if (kindsOf(inputs).some((kind) => kind.used && kind.alphabet !== "")) return [];
  const reason = "every kind of character is switched off; leave one of lower, upper, numeric and special on";
  return [{ property: "length", reason }];
}

/** The inputs with `numeric` and its old name `number` saying the same, as the real provider stores them. */
export function numericOf(inputs: Properties): boolean {
  return inputs["numeric"] !== undefined ? inputs["numeric"] !== false : inputs["number"] !== false;
}

function kindsOf(inputs: Properties): Kind[] {
  const own = inputs["overrideSpecial"];
  return [
    { property: "lower", least: "minLower", alphabet: lower, used: inputs["lower"] !== false },
    { property: "upper", least: "minUpper", alphabet: lower.toUpperCase(), used: inputs["upper"] !== false },
    { property: "numeric", least: "minNumeric", alphabet: digits, used: numericOf(inputs) },
    {
      property: "special",
      least: "minSpecial",
      alphabet: typeof own === "string" && own !== "" ? own : special,
      used: inputs["special"] !== false,
    },
  ];
}

/** A copy in random order (Fisher-Yates). `below` gives a whole number from 0 up to and without its argument. */
export function shuffled<Item>(items: readonly Item[], below: (end: number) => number = randomInt): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

function pick(alphabet: string, count: number): string[] {
  // By code unit, as the real provider picks bytes: special characters beyond ASCII are not made for passwords.
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length)));
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
