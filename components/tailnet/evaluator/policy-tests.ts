// The verdict on a policy's `tests`, as Tailscale's control plane gives it, but with the reason that it keeps to itself.
import { protocolsOf } from "./ports.ts";
import type { PolicyProblem, PolicyTest } from "./policy-file.ts";
import { isSingle } from "./ranges.ts";
import type { Reachability } from "./reachability.ts";
import { splitPort } from "./rules.ts";

/** Protocols that a test may name: those with ports. */
const testable: readonly string[] = ["", "tcp", "udp", "sctp", "6", "17", "132"];

/** Each test that fails or that Tailscale refuses; none where all hold. */
export function failedTests(reachability: Reachability): PolicyProblem[] {
  const { tests = [] } = reachability.selectors.policy;
  return tests.flatMap((test, index) => judge(test, `tests[${index}]`, reachability));
}

function judge(test: PolicyTest, path: string, reachability: Reachability): PolicyProblem[] {
  const sources = sourceDevices(test.src, reachability);
  if (typeof sources === "string") return [{ path: `${path}.src`, message: sources }];
  const proto = test.proto ?? "";
  if (!testable.includes(proto))
    return [{ path: `${path}.proto`, message: `"${proto}" cannot be tested; allowed: tcp, udp, sctp` }];
  if (!test.accept?.length && !test.deny?.length)
    return [{ path, message: "names nothing to accept and nothing to deny" }];
  const protocols = proto === "" ? [6, 17] : (protocolsOf(proto) ?? []);
  const check = (wanted: boolean, destinations: readonly string[] = []): PolicyProblem[] =>
    destinations.flatMap((text, index) => {
      const at = `${path}.${wanted ? "accept" : "deny"}[${index}]`;
      const reached = isReached(text, sources, protocols, reachability);
      if (typeof reached === "string") return [{ path: at, message: reached }];
      if (reached === wanted) return [];
      return [{ path: at, message: `${test.src} ${reached ? "reaches" : "does not reach"} ${text}` }];
    });
  return [...check(true, test.accept), ...check(false, test.deny)];
}

/** The devices that a test starts from, or why Tailscale refuses it. */
function sourceDevices(name: string | undefined, { selectors }: Reachability): string[] | string {
  if (!name) return "names no source";
  const found = selectors.resolve(name);
  if (typeof found === "string" || !("devices" in found)) return `"${name}" is unknown`;
  const isAddress = found.kind === "devices" && found.range !== undefined;
  if (found.devices.size === 0 && !isAddress) return `"${name}" has no device`;
  return [...found.devices.keys()];
}

/** True where every source reaches the destination; a text where Tailscale refuses to test it. */
function isReached(
  text: string,
  sources: readonly string[],
  protocols: readonly number[],
  reachability: Reachability,
): boolean | string {
  const { host, port: written } = splitPort(text);
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  if (port < 1 || port > 65535) return `"${text}" must end in one port from 1 to 65535`;
  const address = reachability.selectors.policy.hosts?.[host] ?? host;
  if (address.includes("/")) return `"${host}" is a network; Tailscale tests single addresses only`;
  const found = reachability.selectors.resolve(host);
  if (typeof found === "string") return `${found} "${host}" is unknown`;
  if (found.kind !== "devices") return `"${host}" cannot be tested`;
  const { range } = found;
  const opens = (source: string): boolean =>
    found.devices.size === 0 && range !== undefined && isSingle(range)
      ? protocols.some((protocol) => reachability.reachesAddress(source, address, port, protocol))
      : [...found.devices].some(([target, families]) =>
          protocols.some((protocol) => reachability.reaches(source, target, port, protocol, families)),
        );
  if (found.devices.size === 0 && range === undefined) return `"${host}" has no device`;
  return sources.every(opens);
}
