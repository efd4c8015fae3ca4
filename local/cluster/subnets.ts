// Addresses inside a cluster's ranges.
import { Address4 } from "ip-address";

/** The n-th address of a range: the first is the API server's Service, the tenth DNS, as everywhere in Kubernetes. */
export function serviceAddress(subnet: string, index: number): string {
  return Address4.fromBigInt(new Address4(subnet).startAddress().bigInt() + BigInt(index)).correctForm();
}

/** The address after `base` by `index`. */
export function addressAfter(base: string, index: number): string {
  return Address4.fromBigInt(new Address4(base).bigInt() + BigInt(index)).correctForm();
}

/** How many bits of prefix the pod range has. */
export function prefixLength(subnet: string): number {
  return new Address4(subnet).subnetMask;
}
