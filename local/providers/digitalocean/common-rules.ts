// Value rules that several DigitalOcean types share.
import type { ValueRule } from "../contract.ts";
import { between, each, matches, notEmpty, oneOf, oneOfAnyCase } from "../shared/rules.ts";
import { show } from "../shared/values.ts";
import { isCidr, isIpv4 } from "./addresses.ts";
import { spacesRegions } from "./places.ts";

/** Rules of one type, by index-free path. */
export type Rules = Readonly<Record<string, ValueRule>>;

export const notZero: ValueRule = (value) => (value === 0 ? "must not be 0" : undefined);
export const cidr: ValueRule = (value) =>
  isCidr(value) ? undefined : `must be a range like 10.20.0.0/16, not ${show(value)}`;
export const ipv4: ValueRule = (value) => (isIpv4(value) ? undefined : `must be an IPv4 address, not ${show(value)}`);
export const day: ValueRule = (value) =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value)
    ? undefined
    : `must be a day like 2026-08-31, not ${show(value)}`;
export const tag = matches(
  /^[a-zA-Z0-9:\-_]{1,255}$/,
  "a tag of 1 to 255 letters, digits, colons, dashes and underscores",
);
export const tags = each(tag);
export const filled = each(notEmpty);
export const spacesRegion = oneOfAnyCase(...spacesRegions);
export const port = between(1, 65_535);
export const nodePoolRules = (path: string): Rules => ({
  [`${path}name`]: notEmpty,
  [`${path}size`]: notEmpty,
  [`${path}tags`]: tags,
  [`${path}taints.effect`]: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"),
});
export const slack = (path: string): Rules => ({
  [`${path}.slacks.channel`]: notEmpty,
  [`${path}.slacks.url`]: notEmpty,
});
export const firewallRules = (path: string, end: string): Rules => ({
  [`${path}.protocol`]: oneOf("tcp", "udp", "icmp"),
  [`${path}.portRange`]: notEmpty,
  [`${path}.${end}Addresses`]: filled,
  [`${path}.${end}LoadBalancerUids`]: filled,
  [`${path}.${end}KubernetesIds`]: filled,
  [`${path}.${end}Tags`]: tags,
});
export const notEmptyAll = (...names: readonly string[]): Rules =>
  Object.fromEntries(names.map((name) => [name, notEmpty]));

/** JavaScript takes the 31st of June for the first of July; the plugin refuses it. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Days of the week, in lower case. */
export const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
