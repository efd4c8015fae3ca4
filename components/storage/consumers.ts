// Who is given a key to which bucket.
import type { BucketPermission } from "./inputs.ts";
import type { BucketPurpose } from "./settings.ts";

export interface BucketConsumer {
  /** Last part of the key's physical name. */
  readonly consumer: string;
  readonly bucket: BucketPurpose;
  readonly permission: BucketPermission;
}

/** Which jobs with a key run. */
interface BucketUses {
  /** Scripts and styles are copied. */
  readonly copiesAssets: boolean;
  /** The database is dumped before migrations. */
  readonly dumps: boolean;
  /** Backups are made and proved. */
  readonly backups: boolean;
  /** A host in Kansas City pulls the backups. */
  readonly kansasCity: boolean;
}

/** Mastodon writes, reads and deletes media, and makes single files public or private. */
export const mediaConsumer: BucketConsumer = { consumer: "mastodon", bucket: "media", permission: "readwrite" };

/** The job that puts each version's scripts and styles beside those of earlier ones. */
export const assetsConsumer: BucketConsumer = { consumer: "assets", bucket: "assets", permission: "readwrite" };

/** The job that dumps the database before a migration, and removes its own old dumps. */
export const upgradesConsumer: BucketConsumer = { consumer: "upgrades", bucket: "backups", permission: "readwrite" };

/** The host that keeps a copy may read the backups, and neither change nor delete them. */
export const kansasCityConsumer: BucketConsumer = { consumer: "kansas-city", bucket: "backups", permission: "read" };

/** The job that copies media into the backups. */
export const backupMediaConsumer: BucketConsumer = { consumer: "backup-media", bucket: "media", permission: "read" };

/** The jobs that make backups, and remove those that are old enough. */
export const backupConsumer: BucketConsumer = { consumer: "backup", bucket: "backups", permission: "readwrite" };

/** The drill of the backups, which lives with a key that opens them. */
export const drillConsumer: BucketConsumer = { consumer: "drill", bucket: "backups", permission: "read" };

/**
 * All keys. A key that nobody uses is only one more to lose, so each comes with the job that needs it: the stack itself publishes the
 * docs site with the operator's key.
 */
export function bucketConsumers({ copiesAssets, dumps, backups, kansasCity }: BucketUses): BucketConsumer[] {
  return [
    mediaConsumer,
    ...(copiesAssets ? [assetsConsumer] : []),
    ...(dumps ? [upgradesConsumer] : []),
    ...(backups ? [backupMediaConsumer, backupConsumer, drillConsumer] : []),
    ...(kansasCity ? [kansasCityConsumer] : []),
  ];
}
