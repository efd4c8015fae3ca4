// Which address ranges may live side by side: ours against each other and against those that DigitalOcean keeps for itself.
import { Address4 } from "ip-address";
import type { Problem } from "../problem.ts";

/** A range with the setting that it comes from. */
export interface NamedRange {
  /** Path of the setting. */
  readonly path: string;
  readonly range: string;
}

/**
 * Ranges that DigitalOcean uses inside its regions (docs.digitalocean.com VPC and VPC-native clusters, facts section 5, 2025).
 * Those without a region are taken in each.
 */
const reservedRanges: readonly { readonly range: string; readonly region?: string }[] = [
  { range: "10.244.0.0/16" },
  { range: "10.245.0.0/16" },
  { range: "10.246.0.0/24" },
  { range: "10.229.0.0/16" },
  { range: "10.29.0.0/16", region: "tor1" },
  { range: "10.17.0.0/16", region: "nyc3" },
  { range: "10.48.0.0/16", region: "sfo3" },
];

/** The ranges that DigitalOcean keeps in a region. */
export function reservedIn(region: string): string[] {
  return reservedRanges.filter((one) => one.region === undefined || one.region === region).map(({ range }) => range);
}

/** Private address space (RFC 1918). */
const privateSpaces = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((range) => new Address4(range));

/** True for a network within private address space. */
export function isPrivateRange(range: string): boolean {
  const network = new Address4(range);
  return privateSpaces.some((space) => network.isInSubnet(space));
}

/** Everything but private address space, in as few networks as possible. */
export function publicRanges(within = "0.0.0.0/0"): string[] {
  const network = new Address4(within);
  const met = privateSpaces.filter((space) => network.isInSubnet(space) || space.isInSubnet(network));
  if (met.length === 0) return [within];
  if (met.some((space) => network.isInSubnet(space))) return [];
  const bits = network.subnetMask + 1;
  const upper = Address4.fromBigInt(network.startAddress().bigInt() + (1n << BigInt(32 - bits)));
  return [network.startAddress(), upper].flatMap((half) => publicRanges(`${half.correctForm()}/${bits}`));
}

/** Two networks share an address exactly when one of them holds the other. */
export function rangesOverlap(one: string, other: string): boolean {
  const first = new Address4(one);
  const second = new Address4(other);
  return first.isInSubnet(second) || second.isInSubnet(first);
}

/** One problem for each pair of ranges that meet, and for each that meets a reserved one. */
export function overlapProblems(ranges: readonly NamedRange[], region: string): Problem[] {
  const pairs = ranges.flatMap((one, index) => ranges.slice(index + 1).map((other) => [one, other] as const));
  const ownOverlaps = pairs
    .filter(([one, other]) => rangesOverlap(one.range, other.range))
    .map(([one, other]) => ({
      path: other.path,
      value: other.range,
      message: `overlaps ${one.path} (${one.range}); choose ranges that share no address`,
    }));
  const taken = reservedIn(region);
  const reservedOverlaps = ranges.flatMap(({ path, range }) =>
    taken
      .filter((reserved) => rangesOverlap(range, reserved))
      .map((reserved) => ({
        path,
        value: range,
        message: `overlaps ${reserved}, which DigitalOcean keeps for itself in ${region}; choose another private range`,
      })),
  );
  return [...ownOverlaps, ...reservedOverlaps];
}
