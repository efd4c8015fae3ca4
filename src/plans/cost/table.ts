// The cost plan for people and for the outputs.
import { textTable } from "../../../components/text-table.ts";
import { type Estimate, priceOf, type PricedPart } from "./estimate.ts";
import { forecast, type ForecastMonth } from "./forecast.ts";
import type { BilledSettings } from "./part.ts";
import { partsOf } from "./parts.ts";
import { pricesAsOf } from "./prices.ts";

const dollars = (amount: number) => amount.toFixed(2);

/** The bill at rest and at peak, and what growing media makes of it. */
export function costTable(settings: BilledSettings): string {
  const estimate = priceOf(partsOf(settings));
  return [
    `Cost a month in USD, without taxes; prices as of ${pricesAsOf}`,
    partsTable(estimate),
    ...notes(estimate),
    "If media and what the CDN sends grow as stated (cost.volumes):",
    forecastTable(forecast(settings)),
  ].join("\n");
}

function partsTable({ parts, atRest, atPeak }: Estimate): string {
  return plainTable(
    ["part", "price", "at rest", "at peak", "USD at rest", "USD at peak"],
    [
      ...parts.map((part) => [part.name, unit(part), count(part.atRest), count(part.atPeak), ...amounts(part)]),
      ["total", "", "", "", dollars(atRest), dollars(atPeak)],
    ],
  );
}

/** Without lines between rows; the first column names things, the others are numbers. */
function plainTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = headings.map((heading, index) => [heading, index === 0 ? "left" : "right"] as const);
  return textTable(columns, rows, { compact: true });
}

function unit({ unitPrice, estimated }: PricedPart): string {
  return unitPrice === undefined ? "not known" : `${estimated ? "~" : ""}${unitPrice}`;
}

const count = (quantity: number) => String(Math.round(quantity * 10) / 10);

function amounts({ unitPrice, atRest, atPeak }: PricedPart): string[] {
  return [atRest, atPeak].map((quantity) => (unitPrice === undefined ? "?" : dollars(quantity * unitPrice)));
}

function notes({ parts, unpriced }: Estimate): string[] {
  return [
    ...(parts.some(({ estimated }) => estimated) ? ["~ is an estimate: no source tells this price."] : []),
    ...(unpriced.length > 0 ? [`Not in the total, because no price is known: ${unpriced.join("; ")}.`] : []),
  ];
}

function forecastTable(months: readonly ForecastMonth[]): string {
  return plainTable(
    ["in months", "media GiB", "CDN GiB a month", "USD for media", "USD at rest"],
    months.map(({ month, mediaGib, cdnEgressGib, media, atRest }) => [
      String(month),
      count(mediaGib),
      count(cdnEgressGib),
      dollars(media),
      dollars(atRest),
    ]),
  );
}
