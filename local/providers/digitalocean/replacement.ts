// Rules that live in the plugin's code and not in its property facts: what replaces after all, what counts as no difference.
import type { Failure, Properties, ResourceType } from "../contract.ts";
import { isAbsent, text } from "../shared/values.ts";
import {
  disabledBlock,
  hashedText,
  ignoringCase,
  ignoringEdges,
  leftToTheAutoscaler,
  newerRedis,
  ofCustomCertificate,
  ownNameOfZone,
  sameMinute,
  samePolicy,
  usualAuthentication,
  valueInZone,
} from "./same-values.ts";

type Extra = Partial<Pick<ResourceType, "check" | "replaces" | "sameValue">>;

/** The numbers of a version slug such as `1.35.1-do.0`. Without the dash it stands behind all that have one. */
function versionNumbers(version: string): number[] | undefined {
  const [, release, rebuild] = /^v?(\d+(?:\.\d+)*)(?:-do\.(\d+))?$/.exec(version) ?? [];
  if (release === undefined) return undefined;
  const [major = 0, minor = 0, patch = 0] = release.split(".").map(Number);
  return [major, minor, patch, rebuild === undefined ? Number.MAX_SAFE_INTEGER : Number(rebuild)];
}

/** Orders version slugs; `undefined` when one of them is none. */
export function compareVersions(one: string, other: string): number | undefined {
  const [left, right] = [versionNumbers(one), versionNumbers(other)];
  if (!left || !right) return undefined;
  return left.map((number, index) => number - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
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

const slacks = (path: string) => ({ [`${path}.channel`]: ignoringCase, [`${path}.url`]: ignoringCase });

const extras: Readonly<Record<string, Extra>> = {
  Certificate: {
    sameValue: {
      domains: ofCustomCertificate,
      privateKey: hashedText,
      leafCertificate: hashedText,
      certificateChain: hashedText,
    },
  },
  DatabaseCluster: {
    sameValue: { "maintenanceWindows.hour": sameMinute, region: ignoringCase, version: newerRedis },
  },
  DatabaseUser: { sameValue: { mysqlAuthPlugin: usualAuthentication } },
  DnsRecord: { sameValue: { name: ownNameOfZone, value: valueInZone } },
  Droplet: {
    check: backupPolicyNeedsBackups,
    replaces: ipv6TurnedOff,
    sameValue: { region: ignoringCase, size: ignoringCase, userData: hashedText },
  },
  KubernetesCluster: {
    replaces: lowerVersion,
    sameValue: { region: ignoringCase, "nodePool.nodeCount": leftToTheAutoscaler },
  },
  KubernetesNodePool: { sameValue: { nodeCount: leftToTheAutoscaler } },
  LoadBalancer: { sameValue: { region: ignoringCase } },
  MonitorAlert: { sameValue: slacks("alerts.slacks") },
  Project: { sameValue: { environment: ignoringCase } },
  ReservedIp: { sameValue: { region: ignoringCase } },
  SpacesBucket: { sameValue: { region: ignoringCase, versioning: disabledBlock } },
  SpacesBucketPolicy: { sameValue: { policy: samePolicy } },
  SshKey: { sameValue: { publicKey: ignoringEdges } },
  UptimeAlert: { sameValue: slacks("notifications.slacks") },
  Volume: { sameValue: { region: ignoringCase } },
};

/** What the facts do not say about a type's differences. */
export function differenceRules(className: string): Extra {
  return extras[className] ?? {};
}
