// Buckets: each with a name of its own, the backups apart from what they back up.
import type { Problem } from "../../components/problem.ts";
import { bucketNames } from "../names.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** Bucket names are unique in the whole cloud, so ours must at least differ from each other. */
export function assertBucketsDistinct(settings: Pick<Settings, "name" | "storage" | "backups">): Problem[] {
  const names = Object.entries(bucketNames(settings));
  return names
    .filter(([, name], index) => names.findIndex(([, other]) => other === name) !== index)
    .map(([purpose, name]) => ({
      path: purpose === "immutable" ? "backups.immutable.bucket" : `storage.${purpose}.name`,
      value: name,
      message: "is the name of another bucket of this stack; give each its own",
    }));
}

/** A copy in the same region would be lost with it. */
export function assertBackupsElsewhere({ storage }: Pick<Settings, "storage">): Problem[] {
  if (storage.backups.region !== storage.media.region) return [];
  return [
    {
      path: "storage.backups.region",
      value: storage.backups.region,
      message: "must be another region than storage.media.region, or one outage takes both",
    },
  ];
}

export const storageRules = [
  rule(["name", "storage", "backups"], assertBucketsDistinct),
  rule(["storage"], assertBackupsElsewhere),
];
