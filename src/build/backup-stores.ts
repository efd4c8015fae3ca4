// The buckets that backups use, each with the key that one kind of job has.
import * as pulumi from "@pulumi/pulumi";
import type { DrillLogins } from "../../components/backups/drill-logins.ts";
import type { StoreAccess } from "../../components/backups/environment.ts";
import type { ImmutableCopy } from "../../components/backups/immutable-copy.ts";
import type { BucketKey } from "../../components/storage/bucket-key.ts";
import type { BucketPurpose } from "../../components/storage/settings.ts";
import type { VersionedBucket } from "../../components/storage/versioned-bucket.ts";
import type { Settings } from "../settings-schema.ts";
import type { Storage } from "./storage.ts";

type Login = Pick<StoreAccess, "accessKeyId" | "secretAccessKey">;

/** For the jobs that make backups: the media to read, the backups to write, and the other provider's bucket to add to. */
export function makingStores(settings: Settings, { media, backups }: Storage, immutable: ImmutableCopy) {
  return {
    MEDIA: spaces(settings, "media", media.bucket, media.backupKey),
    BACKUPS: spaces(settings, "backups", backups.bucket, backups.key),
    OFFSITE: offsite(settings, immutable, immutable),
  };
}

/** For drills: both copies to read, and a folder for reports. */
export function provingStores(
  settings: Settings,
  { backups }: Storage,
  immutable: ImmutableCopy,
  { reading, reporting }: Pick<DrillLogins, "reading" | "reporting">,
) {
  return {
    BACKUPS: spaces(settings, "backups", backups.bucket, backups.drillKey),
    OFFSITE: offsite(settings, immutable, reading),
    // The bucket belongs to its owner as a whole, and takes no other list.
    REPORTS: { ...offsite(settings, immutable, reporting), acl: "bucket-owner-full-control" },
  };
}

function spaces(
  { storage }: Settings,
  purpose: BucketPurpose,
  { bucket, endpoint }: VersionedBucket,
  key: BucketKey | undefined,
): StoreAccess {
  if (key === undefined) throw new Error(`there is no key of the bucket for ${purpose}`);
  const { accessKeyId, secretAccessKey } = key;
  return {
    provider: "DigitalOcean",
    bucket,
    region: storage[purpose].region,
    endpoint: pulumi.interpolate`https://${endpoint}`,
    accessKeyId,
    secretAccessKey,
  };
}

function offsite(
  { backups }: Settings,
  { bucket, endpoint }: ImmutableCopy,
  { accessKeyId, secretAccessKey }: Login,
): StoreAccess {
  return { provider: "AWS", bucket, region: backups.immutable.region, endpoint, accessKeyId, secretAccessKey };
}
