// Address ranges of both families, as Tailscale writes them: one address, a network, or `first-last`.
import { Address4, Address6 } from "ip-address";

/** Addresses from `first` to `last`, both included. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Reads one address, a network or `first-last`; nothing where it is neither. A network may have host bits. */
export function parseRange(text: string): AddressRange | undefined {
  const [first = "", last] = text.split("-");
  const start = parseNetwork(first);
  if (last === undefined) return start;
  const end = parseNetwork(last);
  if (!start || !end || start.family !== end.family || `${first}-${last}` !== text) return undefined;
  return { family: start.family, first: start.first, last: end.last };
}

function parseNetwork(text: string): AddressRange | undefined {
  if (!/^[\da-f.:]+(\/\d+)?$/i.test(text)) return undefined; // the library makes an error, with its trace, of every name
  if (Address4.isValid(text)) return spanOf(4, new Address4(text));
  return Address6.isValid(text) ? spanOf(6, new Address6(text)) : undefined;
}

function spanOf(family: 4 | 6, address: Address4 | Address6): AddressRange {
  return { family, first: address.startAddress().bigInt(), last: address.endAddress().bigInt() };
}

/** True where the ranges share an address. */
export function meets(one: AddressRange, other: AddressRange): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** True where the range is exactly one address. */
export function isSingle({ first, last }: AddressRange): boolean {
  return first === last;
}
