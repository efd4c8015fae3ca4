// The cost plan as the output `plans.cost`.
import { z } from "zod";
import { priceOf } from "./estimate.ts";
import { forecast } from "./forecast.ts";
import type { BilledSettings } from "./part.ts";
import { partsOf } from "./parts.ts";
import { pricesAsOf } from "./prices.ts";

const amount = z.number().min(0);

export const costFiguresSchema = z.strictObject({
  currency: z.literal("USD"),
  asOf: z.string().describe("when the newest prices were seen"),
  monthly: z
    .strictObject({ atRest: amount, atPeak: amount })
    .describe("of everything whose price is known, without taxes"),
  parts: z.array(
    z.strictObject({
      name: z.string(),
      atRest: amount.describe("how many at rest"),
      atPeak: amount.describe("how many at peak"),
      unitPrice: amount.optional().describe("a month for one; missing where no price is known"),
      estimated: z.boolean().describe("whether the price is computed and not read anywhere"),
    }),
  ),
  forecast: z.array(
    z.strictObject({ month: z.int(), mediaGib: amount, cdnEgressGib: amount, media: amount, atRest: amount }),
  ),
});

export function costFigures(settings: BilledSettings): z.infer<typeof costFiguresSchema> {
  const { parts, atRest, atPeak } = priceOf(partsOf(settings));
  return {
    currency: "USD",
    asOf: pricesAsOf,
    monthly: { atRest, atPeak },
    parts: parts.map(({ name, atRest: rest, atPeak: peak, unitPrice, estimated }) => ({
      name,
      atRest: rest,
      atPeak: peak,
      ...(unitPrice === undefined ? {} : { unitPrice }),
      estimated,
    })),
    forecast: forecast(settings),
  };
}
