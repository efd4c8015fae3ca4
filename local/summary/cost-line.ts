// What the stack would cost in the real clouds, in one line of the summary.
import type { Outputs } from "../../src/outputs.ts";

/** One line, or none when the stack does not say: nothing is billed here, so it tells what the same settings would cost. */
export function costLine({ plans }: Pick<Outputs, "plans">): string[] {
  if (plans?.cost === undefined) return [];
  const { monthly, currency, asOf } = plans.cost;
  const [rest, peak] = [monthly.atRest, monthly.atPeak].map((amount) => amount.toFixed(0));
  const amounts = rest === peak ? `${rest} ${currency}` : `${rest} ${currency} at rest and ${peak} ${currency} at peak`;
  return [`this would cost about ${amounts} a month in the real clouds, without taxes (prices as of ${asOf})`];
}
