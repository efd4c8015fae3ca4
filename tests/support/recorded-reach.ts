// Reads Tailscale's recorded packet filters: what arrives at a device, and with which capabilities.
import { meets, parseRange, type AddressRange } from "../../components/tailnet/evaluator/ranges.ts";
import type { Answer, Filter } from "./tailscale-answers.ts";

const parsed = new Map<string, readonly AddressRange[]>();
const everything: readonly AddressRange[] = [
  { family: 4, first: 0n, last: 2n ** 32n - 1n },
  { family: 6, first: 0n, last: 2n ** 128n - 1n },
];

/** The recordings name the same ranges again and again. */
function rangesOf(text: string): readonly AddressRange[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const range = parseRange(text);
  const ranges = text === "*" ? everything : range === undefined ? [] : [range];
  parsed.set(text, ranges);
  return ranges;
}

const holds = (texts: readonly string[], address: string): boolean =>
  texts.some((text) => rangesOf(text).some((range) => rangesOf(address).some((one) => meets(range, one))));

/** The filter rules of one device that a sender's address meets. */
export function rulesFor(answer: Answer, target: string, senderAddress: string): Filter[] {
  return (answer.filters?.[target] ?? []).filter(({ SrcIPs }) => holds(SrcIPs, senderAddress));
}

/** True where these rules let a packet in. */
export function letsIn(rules: readonly Filter[], address: string, port: number, protocol: number): boolean {
  return rules.some(
    ({ IPProto, DstPorts = [] }) =>
      (IPProto?.includes(protocol) ?? true) &&
      DstPorts.some(({ IP, Ports }) => Ports.First <= port && port <= Ports.Last && holds([IP], address)),
  );
}

/** Capabilities that Tailscale gives in the other direction by itself, with every relay or shared drive. */
const companions = ["tailscale.com/cap/relay-target", "tailscale.com/cap/drive-sharer"];

/** What these rules give besides packets, one text for each capability. */
export function capabilitiesIn(rules: readonly Filter[], address: string): string[] {
  const given = rules
    .flatMap(({ CapGrant = [] }) => CapGrant)
    .filter(({ Dsts }) => holds(Dsts, address))
    .flatMap(({ CapMap }) => Object.entries(CapMap))
    .filter(([name]) => !companions.includes(name));
  return [...new Set(given.map(([name, values]) => `${name} ${JSON.stringify(values ?? [])}`))].toSorted();
}
