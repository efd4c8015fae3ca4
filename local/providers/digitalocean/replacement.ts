// Rules that live in the plugin's code and not in its property facts: what replaces after all, what counts as no difference.
import type { Failure, Properties, ResourceType, Value } from "../contract.ts";
import { canonical } from "../shared/diff.ts";
import { isAbsent, text } from "../shared/values.ts";

type Extra = Partial<Pick<ResourceType, "check" | "replaces" | "sameValue">>;

const ignoringCase = (old: Value, now: Value) =>
  typeof old === "string" && typeof now === "string" && old.toLowerCase() === now.toLowerCase();

const ignoringEdges = (old: Value, now: Value) =>
  typeof old === "string" && typeof now === "string" && old.trim() === now.trim();

function minuteOf(value: Value): string | undefined {
  return typeof value === "string" ? value.split(":").slice(0, 2).join(":") : undefined;
}

/** "03:00" and "03:00:00" are the same time of day. */
const sameMinute = (old: Value, now: Value) => minuteOf(old) !== undefined && minuteOf(old) === minuteOf(now);

function parsed(json: Value): Value {
  try {
    const value: Value = JSON.parse(typeof json === "string" ? json : "null");
    return value;
  } catch {
    return json;
  }
}

/** Two texts of the same policy. */
const samePolicy = (old: Value, now: Value) => canonical(parsed(old)) === canonical(parsed(now));

/** Leaving the count out hands it to the autoscaler: the pool stays as it is. */
const leftToTheAutoscaler = (_old: Value, now: Value) => now === null;

function versionNumbers(version: string): number[] | undefined {
  return /^v?\d+(\.\d+)*(-do\.\d+)?$/.test(version) ? version.match(/\d+/g)?.map(Number) : undefined;
}

/** Orders version slugs such as `1.35.1-do.0`; `undefined` when one of them is none. */
export function compareVersions(one: string, other: string): number | undefined {
  const [left, right] = [versionNumbers(one), versionNumbers(other)];
  if (!left || !right) return undefined;
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A cluster cannot go back to a lower version, so a lower one makes a new cluster. */
function lowerVersion(olds: Properties, news: Properties): string[] {
  const order = compareVersions(text(news, "version") ?? "", text(olds, "version") ?? "");
  return order !== undefined && order < 0 ? ["version"] : [];
}

/** IPv6 can be turned on, but never off again. */
function ipv6TurnedOff(olds: Properties, news: Properties): string[] {
  return olds["ipv6"] === true && news["ipv6"] !== true ? ["ipv6"] : [];
}

function backupPolicyNeedsBackups(inputs: Properties): Failure[] {
  if (isAbsent(inputs["backupPolicy"]) || !isAbsent(inputs["backups"])) return [];
  return [{ property: "backupPolicy", reason: "needs backups beside it; add backups: true" }];
}

const extras: Readonly<Record<string, Extra>> = {
  KubernetesCluster: {
    replaces: lowerVersion,
    sameValue: { region: ignoringCase, "nodePool.nodeCount": leftToTheAutoscaler },
  },
  KubernetesNodePool: { sameValue: { nodeCount: leftToTheAutoscaler } },
  Droplet: {
    check: backupPolicyNeedsBackups,
    replaces: ipv6TurnedOff,
    sameValue: { region: ignoringCase, size: ignoringCase },
  },
  DatabaseCluster: { sameValue: { "maintenanceWindows.hour": sameMinute, region: ignoringCase } },
  LoadBalancer: { sameValue: { region: ignoringCase } },
  Project: { sameValue: { environment: ignoringCase } },
  ReservedIp: { sameValue: { region: ignoringCase } },
  SpacesBucketPolicy: { sameValue: { policy: samePolicy } },
  SpacesBucket: { sameValue: { region: ignoringCase } },
  SshKey: { sameValue: { publicKey: ignoringEdges } },
  Volume: { sameValue: { region: ignoringCase } },
};

/** What the facts do not say about a type's differences. */
export function differenceRules(className: string): Extra {
  return extras[className] ?? {};
}
