// Builds the buckets, each with a key of its own.
import { BucketKey } from "../../components/storage/bucket-key.ts";
import type { BucketPurpose } from "../../components/storage/settings.ts";
import { VersionedBucket } from "../../components/storage/versioned-bucket.ts";
import type { Context } from "./context.ts";

export type Storage = ReturnType<typeof buildStorage>;

/** One bucket and one key for each purpose. */
export function buildStorage({ settings, buckets, inMainAccount }: Context) {
  const { name: prefix, storage, domains, protect } = settings;
  const stored = (purpose: BucketPurpose, isPublic: boolean) => {
    const { region, keepDays } = storage[purpose];
    const origins = isPublic ? [`https://${domains.web}`] : [];
    const bucket = new VersionedBucket(
      purpose,
      { bucket: buckets[purpose], region, keepDays, origins, probe: isPublic, protect },
      inMainAccount,
    );
    const key = new BucketKey(
      `${purpose}-access`,
      { keyName: `${prefix}-${purpose}`, bucket: bucket.bucket, permission: "readwrite" },
      inMainAccount,
    );
    return { bucket, key };
  };
  return {
    media: stored("media", true),
    assets: stored("assets", true),
    docs: stored("docs", true),
    backups: stored("backups", false),
  };
}
