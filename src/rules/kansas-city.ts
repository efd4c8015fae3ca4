// The host that pulls the backups: it has the secrets that its settings ask for, a name of its own, and folders apart.
import type { Problem } from "../../components/problem.ts";
import { secretCommand } from "../../components/shapes.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

function missing(setting: string, value: unknown, what: string): Problem {
  return { path: `backups.kansasCity.${setting}`, value, message: `needs ${what}` };
}

function isWithin(inner: string, outer: string): boolean {
  return `${inner}/`.startsWith(`${outer}/`);
}

/** A bucket needs a key, and a drill what opens the backups. */
function assertSecretsGiven({ backups: { kansasCity }, secrets }: Pick<Settings, "backups" | "secrets">): Problem[] {
  if (kansasCity === undefined) return [];
  const { target, drill } = kansasCity;
  const ofBucket = `the bucket's key: ${secretCommand("secrets.backups.kansasCity.accessKeyId")}, and secretAccessKey`;
  const ofDrill = `the key that opens backups for drills: ${secretCommand("secrets.backups.drillIdentity")}`;
  return [
    ...(target.kind === "s3" && secrets.backups.kansasCity === undefined
      ? [missing("target.kind", "s3", ofBucket)]
      : []),
    ...(drill.enabled && secrets.backups.drillIdentity === undefined ? [missing("drill.enabled", true, ofDrill)] : []),
  ];
}

/** What is in progress is no copy, and a drill's end empties the one. */
function assertFoldersApart({ backups: { kansasCity } }: Pick<Settings, "backups">): Problem[] {
  if (kansasCity?.target.kind !== "folder") return [];
  const { scratch, target } = kansasCity;
  if (!isWithin(scratch, target.path) && !isWithin(target.path, scratch)) return [];
  const message = `must be apart from the copies in ${target.path}: neither may lie within the other`;
  return [{ path: "backups.kansasCity.scratch", value: scratch, message }];
}

/** What a host copies, the cluster makes. */
function assertBackupsMade({ backups: { enabled, kansasCity } }: Pick<Settings, "backups">): Problem[] {
  if (enabled || kansasCity === undefined) return [];
  const message = "would find nothing to pull: set backups.enabled to true, or take the host out";
  return [{ path: "backups.kansasCity", message }];
}

/** The tailnet knows both by the same name otherwise. */
function assertNameFree({ backups, workers }: Pick<Settings, "backups" | "workers">): Problem[] {
  if (backups.kansasCity === undefined || !("kansas-city" in workers)) return [];
  const message = "has the name of the host that pulls the backups (backups.kansasCity); call the worker otherwise";
  return [{ path: "workers.kansas-city", message }];
}

export const kansasCityRules = [
  rule(["backups", "secrets"], assertSecretsGiven),
  rule(["backups"], assertFoldersApart),
  rule(["backups"], assertBackupsMade),
  rule(["backups", "workers"], assertNameFree),
];
