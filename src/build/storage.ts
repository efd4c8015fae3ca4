// Builds the buckets, the keys of those who use them, and what is published in them.
import { BucketKey } from "../../components/storage/bucket-key.ts";
import {
  assetsConsumer,
  backupConsumer,
  backupMediaConsumer,
  type BucketConsumer,
  drillConsumer,
  mediaConsumer,
  upgradesConsumer,
} from "../../components/storage/consumers.ts";
import type { BucketPurpose } from "../../components/storage/settings.ts";
import type { SiteObject } from "../../components/storage/site/objects.ts";
import { StaticSite } from "../../components/storage/site/static-site.ts";
import { VersionedBucket } from "../../components/storage/versioned-bucket.ts";
import { spacesKeyName } from "../names.ts";
import type { Context } from "./context.ts";

export type Storage = ReturnType<typeof buildStorage>;

/** The buckets; the media's with Mastodon's key, and the documentation's with the site in it. */
export function buildStorage(context: Context, docsSite: readonly SiteObject[]) {
  const { settings, inMainAccount } = context;
  const { domains, storage } = settings;
  const web = `https://${domains.web}`;
  const media = bucketOf(context, "media", {
    // Objects are reached under the CDN's name and the bucket's own: a page of the one may read from the other.
    origins: [web, `https://${domains.media}`, ...storage.media.origins],
    probe: true,
  });
  const assets = bucketOf(context, "assets", { origins: [web], probe: true });
  const docs = bucketOf(context, "docs", { origins: [web], probe: true });
  if (docsSite.length > 0) {
    const { region } = storage.docs;
    new StaticSite("docs-site", { bucket: docs.bucket, region, objects: docsSite }, inMainAccount);
  }
  const backups = bucketOf(context, "backups", { origins: [], probe: false });
  const backupKey = (consumer: BucketConsumer, bucket: VersionedBucket) =>
    settings.backups.enabled ? keyOf(context, consumer, bucket, `${consumer.consumer}-access`) : undefined;
  return {
    media: {
      bucket: media,
      key: keyOf(context, mediaConsumer, media),
      backupKey: backupKey(backupMediaConsumer, media),
    },
    assets: {
      bucket: assets,
      key: settings.mastodon.assets.copy ? keyOf(context, assetsConsumer, assets) : undefined,
    },
    docs: { bucket: docs },
    backups: {
      bucket: backups,
      upgradesKey:
        settings.mastodon.upgrades.precondition === "dump"
          ? keyOf(context, upgradesConsumer, backups, "upgrades-access")
          : undefined,
      key: backupKey(backupConsumer, backups),
      drillKey: backupKey(drillConsumer, backups),
    },
  };
}

function keyOf(
  { settings, inMainAccount }: Context,
  { consumer, bucket: purpose, permission }: BucketConsumer,
  { bucket }: VersionedBucket,
  name = `${purpose}-access`,
): BucketKey {
  const keyName = spacesKeyName(settings.name, consumer);
  return new BucketKey(name, { keyName, bucket, permission }, inMainAccount);
}

function bucketOf(
  { settings, buckets, inMainAccount }: Context,
  purpose: BucketPurpose,
  use: { readonly origins: readonly string[]; readonly probe: boolean },
): VersionedBucket {
  const { region, keepDays } = settings.storage[purpose];
  const plan = { bucket: buckets[purpose], region, keepDays, protect: settings.protect };
  return new VersionedBucket(purpose, { ...plan, ...use }, inMainAccount);
}
