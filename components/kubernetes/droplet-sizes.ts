// Sizes of Droplets, which are also the sizes of nodes: what each offers and costs. The data names its source and date.
import { distance } from "fastest-levenshtein";
import data from "./droplet-sizes.json" with { type: "json" };

/** One size. */
export interface DropletSize {
  readonly slug: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  /** Left out where no source shows it. */
  readonly diskGib?: number;
  /** TiB a month that may go out; left out where no source shows it. */
  readonly transferTib?: number;
  /** USD, capped at 672 hours. */
  readonly priceMonthly: number;
  /** How sure the numbers are, in the words of the data's source. */
  readonly confidence: string;
  /** When the price was seen. */
  readonly sourceDate: string;
}

const sizes: ReadonlyMap<string, DropletSize> = new Map(data.sizes.map((size) => [size.slug, size]));

/** All known sizes by slug, in the order of the price list. */
export function dropletSizes(): ReadonlyMap<string, DropletSize> {
  return sizes;
}

/** The known sizes that are spelt most like the given text, nearest first. */
export function nearestSizes(text: string): string[] {
  const far = (slug: string) => distance(slug, text.toLowerCase());
  return [...sizes.keys()].toSorted((one, other) => far(one) - far(other)).slice(0, 4);
}
