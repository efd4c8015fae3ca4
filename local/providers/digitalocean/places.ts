// Which region offers which product. Source: the product's regional availability pages of 20 November 2025, and the plugin's own list
// of Spaces regions (August 2026); facts/digitalocean.md section 2 of the design notes.
import { CloudError } from "../contract.ts";

/** Regions with Droplets, VPCs, load balancers and volumes. */
export const regions = [
  "ams3",
  "atl1",
  "blr1",
  "fra1",
  "lon1",
  "nyc1",
  "nyc2",
  "nyc3",
  "ric1",
  "sfo2",
  "sfo3",
  "sgp1",
  "syd1",
  "tor1",
];

/** Regions with object storage. */
export const spacesRegions = ["ams3", "atl1", "blr1", "fra1", "lon1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1"];

const offers = {
  "a VPC": regions,
  "a Droplet": regions,
  "a load balancer": regions,
  "a volume": regions,
  "a reserved IP": regions,
  "a Kubernetes cluster": [
    "ams3",
    "atl1",
    "blr1",
    "fra1",
    "lon1",
    "nyc1",
    "nyc3",
    "sfo2",
    "sfo3",
    "sgp1",
    "syd1",
    "tor1",
  ],
  "a database cluster": regions,
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
