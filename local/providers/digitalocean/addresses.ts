// Address arithmetic for networks: ranges and single addresses.
import { isIPv4 as nodeIsIPv4, isIPv6 as nodeIsIPv6 } from "node:net";
import { Address4 } from "ip-address";
import type { Value } from "../contract.ts";

/** True for an IPv4 range with its length, `10.20.0.0/16`. */
export function isCidr(value: Value): value is string {
  return typeof value === "string" && /\/\d+$/.test(value) && Address4.isValid(value);
}

export function isIpv4(value: Value): value is string {
  return typeof value === "string" && nodeIsIPv4(value);
}

export function isIpv6(value: Value): value is string {
  return typeof value === "string" && nodeIsIPv6(value);
}

/** How many leading bits a range fixes: 16 for `10.20.0.0/16`. */
export function prefixLength(range: string): number {
  return new Address4(range).subnetMask;
}

/** The n-th address of a range that a machine may have; the first ten are the cloud's own. */
export function addressIn(range: string, number: number): string {
  const network = new Address4(range);
  const room = 2n ** BigInt(32 - network.subnetMask) - 12n;
  return Address4.fromBigInt(
    network.startAddress().bigInt() + 10n + (BigInt(number) % (room > 0n ? room : 1n)),
  ).correctForm();
}
