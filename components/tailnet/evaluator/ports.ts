// Ports and protocols of a rule: `443`, `8000-8100`, `80,443`, `*`, `tcp:443`, and the numbers that IANA gave the protocols.

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Where traffic may arrive. No protocols means all of them. */
export interface Traffic {
  readonly protocols?: readonly number[];
  readonly ports: readonly PortRange[];
}

export const everyPort: readonly PortRange[] = [{ first: 0, last: 65535 }];

/** Without a protocol Tailscale means TCP, UDP and both ICMPs, as its recorded packet filters show. */
const defaultProtocols = [1, 6, 17, 58];

/** IANA's protocol numbers under the names that Tailscale knows (tailscale.com/docs/reference/syntax/policy-file#proto, 2026). */
const protocolNumbers: Readonly<Record<string, readonly number[]>> = {
  "": defaultProtocols,
  icmp: [1, 58],
  "ipv6-icmp": [58],
  igmp: [2],
  ipv4: [4],
  "ip-in-ip": [4],
  tcp: [6],
  egp: [8],
  igp: [9],
  udp: [17],
  dccp: [33],
  gre: [47],
  esp: [50],
  ah: [51],
  sctp: [132],
  fc: [133],
};

/** The protocol's numbers; undefined for a name that Tailscale does not know. */
export function protocolsOf(name: string): readonly number[] | undefined {
  return /^\d{1,3}$/.test(name) && Number(name) < 256 ? [Number(name)] : protocolNumbers[name];
}

/** Ports as written in a rule. @throws PortError with Tailscale's own words */
export function parsePorts(text: string): readonly PortRange[] {
  if (text === "*") return everyPort;
  return text.split(",").map((part) => {
    const [first = "", last = first, ...rest] = part.split("-");
    if (!/^\d+$/.test(first)) throw new PortError(`port range "${part}": invalid first integer`);
    if (!/^\d+$/.test(last) || rest.length > 0) throw new PortError(`port range "${part}": invalid last integer`);
    const range = { first: Number(first), last: Number(last) };
    if (range.first === 0) throw new PortError(`port range "${part}": first port must be >0, or use '*' for wildcard`);
    if (range.last > 65535 || range.first > range.last)
      throw new PortError(`port range "${part}": must be within 1-65535`);
    return range;
  });
}

/** What a grant's `ip` allows: `*` is every protocol, a bare port the usual ones. @throws PortError */
export function parseTraffic(text: string): Traffic {
  if (text === "*") return { ports: everyPort };
  const colon = text.indexOf(":");
  if (colon === -1) return { protocols: defaultProtocols, ports: parsePorts(text) };
  const name = text.slice(0, colon);
  const protocols = name === "" ? undefined : protocolsOf(name);
  if (protocols === undefined) throw new PortError(`unknown protocol "${name}"`);
  return { protocols, ports: parsePorts(text.slice(colon + 1)) };
}

/** A port or protocol that Tailscale does not take. */
export class PortError extends Error {
  override readonly name = "PortError";
}

export function carries({ protocols, ports }: Traffic, port: number, protocol: number): boolean {
  if (protocols !== undefined && !protocols.includes(protocol)) return false;
  return ports.some(({ first, last }) => first <= port && port <= last);
}
