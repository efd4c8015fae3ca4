// DigitalOcean's regions and which products each has: what a server needs at once is not everywhere.

/** The products that a region may lack. Every region has droplets, VPCs, volumes and load balancers. */
export type RegionalProduct = "kubernetes" | "postgresql" | "valkey" | "spaces";

const everything = ["kubernetes", "postgresql", "valkey", "spaces"] as const;
const withoutSpaces = ["kubernetes", "postgresql", "valkey"] as const;

/**
 * Sources: DigitalOcean's API description of 7 Aug 2026 (`GET /v2/databases/options`, `/v2/kubernetes/options`), its page of regional
 * availability of 20 Nov 2025, and the page of Spaces of 23 Mar 2026. Whether syd1 and atl1 have Kubernetes is not established: the page
 * names them, the API's list does not.
 */
const products: Readonly<Record<string, readonly RegionalProduct[]>> = {
  ams3: everything,
  atl1: ["postgresql", "valkey", "spaces"],
  blr1: everything,
  fra1: everything,
  lon1: everything,
  nyc1: withoutSpaces,
  nyc2: ["postgresql"],
  nyc3: everything,
  ric1: ["postgresql", "valkey"],
  sfo2: everything,
  sfo3: everything,
  sgp1: everything,
  syd1: ["postgresql", "valkey", "spaces"],
  tor1: everything,
};

const productNames: Readonly<Record<RegionalProduct, string>> = {
  kubernetes: "Kubernetes",
  postgresql: "PostgreSQL",
  valkey: "Valkey",
  spaces: "Spaces",
};

/** Regions that have all of these products; all regions for none. */
export function regionsWith(...needed: readonly RegionalProduct[]): string[] {
  return Object.keys(products).filter((region) => missingIn(region, needed).length === 0);
}

function missingIn(region: string, needed: readonly RegionalProduct[]): RegionalProduct[] {
  return needed.filter((product) => !products[region]?.includes(product));
}

/** Why the region cannot hold these products, and which can. */
export function regionRefusal(region: unknown, needed: readonly RegionalProduct[]): string {
  const allowed = `allowed: ${regionsWith(...needed).join(", ")}`;
  if (typeof region !== "string" || !(region in products)) return `is no region of DigitalOcean; ${allowed}`;
  const missing = missingIn(region, needed).map((product) => productNames[product]);
  return `has no ${missing.join(" and no ")}; ${allowed}`;
}
