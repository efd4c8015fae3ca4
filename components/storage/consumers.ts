// Who is given a key to which bucket.
import type { BucketPermission } from "./inputs.ts";
import type { BucketPurpose } from "./settings.ts";

export interface BucketConsumer {
  /** Last part of the key's physical name. */
  readonly consumer: string;
  readonly bucket: BucketPurpose;
  readonly permission: BucketPermission;
}

/** Mastodon writes, reads and deletes media, and makes single files public or private. */
export const mediaConsumer: BucketConsumer = { consumer: "mastodon", bucket: "media", permission: "readwrite" };

/** The job that puts each version's scripts and styles beside those of earlier ones. */
export const assetsConsumer: BucketConsumer = { consumer: "assets", bucket: "assets", permission: "readwrite" };

/**
 * All keys. A key that nobody uses is only one more to lose, so each comes with the job that needs it: the stack itself publishes the
 * docs site with the operator's key, and nothing in the cluster reads or writes the backups yet.
 * @param copiesAssets whether the job that copies scripts and styles runs
 */
export function bucketConsumers(copiesAssets: boolean): BucketConsumer[] {
  return [mediaConsumer, ...(copiesAssets ? [assetsConsumer] : [])];
}
