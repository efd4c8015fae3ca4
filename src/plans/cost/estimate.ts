// The bill: parts times prices, with what is only estimated and what has no known price.
import type { Part } from "./part.ts";
import { priceFor } from "./prices.ts";

export interface PricedPart extends Part {
  /** USD a month for one; undefined where no source tells it. */
  readonly unitPrice: number | undefined;
  /** The price is computed, not read anywhere. */
  readonly estimated: boolean;
}

export interface Estimate {
  readonly parts: readonly PricedPart[];
  /** USD a month, of all parts with a known price. */
  readonly atRest: number;
  readonly atPeak: number;
  /** Names of the parts without one. */
  readonly unpriced: readonly string[];
}

/** Adds up what the parts cost a month. */
export function priceOf(parts: readonly Part[]): Estimate {
  const priced = parts.map((part) => {
    const price = priceFor(part.price);
    return { ...part, unitPrice: price?.monthly, estimated: price?.confidence === "estimate" };
  });
  const sum = (when: "atRest" | "atPeak") =>
    cents(priced.reduce((total, part) => total + part[when] * (part.unitPrice ?? 0), 0));
  return {
    parts: priced,
    atRest: sum("atRest"),
    atPeak: sum("atPeak"),
    unpriced: priced.filter(({ unitPrice }) => unitPrice === undefined).map(({ name }) => name),
  };
}

/** Rounded to cents. */
export function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
