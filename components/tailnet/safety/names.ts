// Safety rules about what a policy names: devices by their address, networks behind the tailnet, devices shown to the internet.
import { meets, parseRange, type AddressRange } from "../evaluator/ranges.ts";
import type { Finding, Judged, SafetyRule } from "./finding.ts";

/** Tailscale's own addresses (tailscale.com/kb/1033): which device has which is not known here. */
const tailnetRanges = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"].flatMap((text) => parseRange(text) ?? []);

/** Names of addresses in the policy's rules. */
function addresses({ reachability: { selectors } }: Judged, sides: readonly ("src" | "dst")[]) {
  const { grants = [], ssh = [] } = selectors.policy;
  const rules = [
    ...grants.map((rule, at) => ({ rule, path: `grants[${at}]` })),
    ...ssh.map((rule, at) => ({ rule, path: `ssh[${at}]` })),
  ];
  return rules.flatMap(({ rule, path }) =>
    sides.flatMap((side) =>
      rule[side].flatMap((name, at): { name: string; path: string; range: AddressRange }[] => {
        const found = selectors.resolve(name);
        const range = typeof found !== "string" && found.kind === "devices" ? found.range : undefined;
        return range ? [{ name, path: `${path}.${side}[${at}]`, range }] : [];
      }),
    ),
  );
}

/** An address on the tailnet may be any device's, so nothing could be proven of it. */
export const devicesHaveNames: SafetyRule = (judged) =>
  addresses(judged, ["src", "dst"])
    .filter(({ range }) => tailnetRanges.some((one) => meets(one, range)))
    .map(({ name, path }): Finding => {
      const message = `${name} may be any device's address; name a tag, a group or a person`;
      return { path, message };
    });

/** The cluster and the databases are reached through the gateway, which forwards two ports; a route would open them all. */
export const networksStayClosed: SafetyRule = (judged) =>
  addresses(judged, ["dst"]).flatMap(({ name, path, range }) =>
    judged.networks
      .filter((network) => {
        const closed = parseRange(network.range);
        return closed !== undefined && meets(closed, range);
      })
      .map((network): Finding => {
        const message = `${name} lies in ${network.path} (${network.range}), which is reached through the gateway only`;
        return { path, message };
      }),
  );

/** Funnel shows a device to the whole internet. */
export const nothingPublished: SafetyRule = ({ matrix, reachability: { selectors } }) =>
  (selectors.policy.nodeAttrs ?? []).flatMap(({ target, attr = [] }, at) => {
    const devices = target.flatMap((name) => {
      const found = selectors.resolve(name);
      return typeof found === "string" || !("devices" in found) ? [] : [...found.devices.keys()];
    });
    const shown = attr.includes("funnel") ? devices.filter((device) => matrix.tags.includes(device)) : [];
    return [...new Set(shown)].map((device) => ({
      path: `nodeAttrs[${at}]`,
      message: `${device} could be shown to the internet (Funnel)`,
    }));
  });
