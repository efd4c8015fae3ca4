// What one of each thing costs a month. The data names its sources and dates; droplets have theirs with their sizes.
import { dropletSizes } from "../../../components/kubernetes/droplet-sizes.ts";
import data from "./prices.json" with { type: "json" };

export interface Price {
  /** USD a month for one. */
  readonly monthly: number;
  /** How sure it is, in the words of the data. */
  readonly confidence: string;
  readonly sourceDate: string;
}

/** When the newest prices were seen. */
export const pricesAsOf = data.asOf;

const prices: ReadonlyMap<string, Price> = new Map(Object.entries<Price>(data.prices));

/**
 * @param key `<product>:<size or unit>`, for example `pg:db-s-2vcpu-4gb` or `droplet:s-4vcpu-8gb`
 * @returns undefined where no source tells a price
 */
export function priceFor(key: string): Price | undefined {
  const [product, size = ""] = key.split(":");
  if (product !== "droplet") return prices.get(key);
  const droplet = dropletSizes().get(size);
  return droplet && { monthly: droplet.priceMonthly, confidence: droplet.confidence, sourceDate: droplet.sourceDate };
}
