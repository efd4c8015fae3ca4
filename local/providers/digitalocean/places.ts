// Which region offers which product; where this comes from stands in components/regions.ts.
import { regionsWith } from "../../../components/regions.ts";
import { CloudError } from "../contract.ts";

/** Regions with Droplets, VPCs, load balancers and volumes: all. */
export const regions: readonly string[] = regionsWith();

/** Regions with object storage. */
export const spacesRegions: readonly string[] = regionsWith("spaces");

const offers = {
  "a VPC": regions,
  "a Droplet": regions,
  "a load balancer": regions,
  "a volume": regions,
  "a reserved IP": regions,
  "a Kubernetes cluster": regionsWith("kubernetes"),
  "a database cluster": regionsWith("postgresql"),
  "a bucket": spacesRegions,
  // Not in TOR1: a cluster there pulls from nyc3.
  "a container registry": ["ams3", "blr1", "fra1", "nyc3", "sfo3", "sgp1", "syd1"],
} as const satisfies Record<string, readonly string[]>;

/** Refuses a region that does not have the product. */
export function requireRegion(product: keyof typeof offers, region: string | undefined): void {
  const allowed: readonly string[] = offers[product];
  if (region === undefined || allowed.includes(region.toLowerCase())) return;
  throw new CloudError(
    "unprocessable_entity",
    `${region} has no room for ${product}; choose one of ${allowed.join(", ")}`,
    "region",
  );
}
