// Whether a stack stays within its budget, with the sum that says so.
import { type Estimate, priceOf, type PricedPart } from "./estimate.ts";
import type { BilledSettings } from "./part.ts";
import { partsOf } from "./parts.ts";

/** The largest parts are what somebody can do something about. */
const shownParts = 5;

/**
 * What is wrong with the budget, or nothing. What has no known price is over any budget: nobody can say that it is within.
 * @returns reads on after the budget's path and value
 */
export function overBudget(settings: BilledSettings): string | undefined {
  const { budget } = settings.cost;
  if (budget === undefined) return undefined;
  const estimate = priceOf(partsOf(settings));
  const sizes = estimate.parts.filter(({ unitPrice, price }) => unitPrice === undefined && isSize(price));
  if (sizes.length > 0) {
    const names = sizes.map(({ name }) => name).join("; ");
    return `cannot be checked, because no price is known for: ${names}; take sizes with a known price, or set cost.budget.action to warn`;
  }
  if (estimate.atPeak <= budget.monthly) return undefined;
  return `is too little: ${sum(estimate, budget.monthly)}; raise it, take smaller sizes or fewer nodes, or lower the volumes`;
}

/** A whole machine may cost anything; what is billed by use and has no known price is named in the table, and small. */
function isSize(price: string): boolean {
  return /^(droplet|pg|valkey|opensearch):/.test(price);
}

function sum({ parts, atRest, atPeak }: Estimate, monthly: number): string {
  const when = atRest > monthly ? "already at rest" : "at peak";
  const largest = parts.toSorted((one, other) => cost(other) - cost(one)).slice(0, shownParts);
  const terms = largest.map(
    (part) => `${part.name} ${Math.round(part.atPeak)} x ${part.unitPrice} = ${cost(part).toFixed(2)}`,
  );
  const rest = atPeak - largest.reduce((total, part) => total + cost(part), 0);
  return `${when} the stack would cost more, ${atRest.toFixed(2)} at rest and ${atPeak.toFixed(2)} at peak (${terms.join(", ")}, everything else ${rest.toFixed(2)})`;
}

function cost(part: PricedPart): number {
  return part.atPeak * (part.unitPrice ?? 0);
}
