// What growing media will cost: the bill of later months, when nothing changes but the stated growth.
import { cents, priceOf } from "./estimate.ts";
import type { BilledSettings } from "./part.ts";
import { partsOf } from "./parts.ts";

export interface ForecastMonth {
  /** Months from now. */
  readonly month: number;
  readonly mediaGib: number;
  readonly cdnEgressGib: number;
  /** USD a month for storage and egress of buckets and CDN. */
  readonly media: number;
  /** USD a month for everything, at rest. */
  readonly atRest: number;
}

const months = [3, 6, 12, 24] as const;

/** The keys of prices that grow with media. */
const growing = /^(spaces:|aws:cloudfront)/;

export function forecast(settings: BilledSettings): ForecastMonth[] {
  return months.map((month) => {
    const { volumes } = settings.cost;
    const mediaGib = volumes.mediaGib + month * volumes.mediaGrowthGib;
    const cdnEgressGib = volumes.cdnEgressGib + month * volumes.cdnEgressGrowthGib;
    const later = { ...settings, cost: { ...settings.cost, volumes: { ...volumes, mediaGib, cdnEgressGib } } };
    const parts = partsOf(later);
    const media = priceOf(parts.filter(({ price }) => growing.test(price)));
    return { month, mediaGib, cdnEgressGib, media: cents(media.atRest), atRest: priceOf(parts).atRest };
  });
}
