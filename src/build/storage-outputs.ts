// What other tools are told of buckets and of the documentation site.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { bucketConsumers } from "../../components/storage/consumers.ts";
import type { SiteObject } from "../../components/storage/site/objects.ts";
import { spacesKeyName } from "../names.ts";
import type { Settings } from "../settings-schema.ts";
import type { Context } from "./context.ts";
import type { BuiltBackups } from "./backups.ts";
import type { Storage } from "./storage.ts";

const spacesPurposes = ["media", "assets", "docs", "backups"] as const;

/** What is known of every bucket before it is there. */
export function bucketPlaces({ settings, buckets }: Context) {
  const { storage, backups } = settings;
  const spaces = spacesPurposes.map((purpose) => {
    const { region } = storage[purpose];
    return { purpose, provider: "digitalocean", name: buckets[purpose], region };
  });
  return [
    ...spaces,
    { purpose: "immutable", provider: "aws", name: buckets.immutable, region: backups.immutable.region },
  ];
}

/** Where the buckets are made. */
interface BucketParts {
  readonly storage: Storage;
  readonly backups: Pick<BuiltBackups, "immutable">;
}

/** Every bucket, with the names of the keys that open it; the keys themselves are no output. */
export function bucketOutputs(context: Context, { storage: built, backups: { immutable } }: BucketParts) {
  const { settings } = context;
  const { name, backups, mastodon } = settings;
  const places = bucketPlaces(context);
  const spaces = spacesPurposes.map((purpose) => {
    const keys = bucketConsumers({
      copiesAssets: mastodon.assets.copy,
      dumps: mastodon.upgrades.precondition === "dump",
      backups: backups.enabled,
      kansasCity: backups.kansasCity !== undefined,
    })
      .filter(({ bucket }) => bucket === purpose)
      .map(({ consumer, permission }) => ({ name: spacesKeyName(name, consumer), permission }));
    // As the provider gives it, which on the local cloud is the address of a server on this machine.
    const endpoint = pulumi.interpolate`https://${built[purpose].bucket.endpoint}`;
    return { ...places.find((place) => place.purpose === purpose), endpoint, keys };
  });
  const copy = places.find(({ purpose }) => purpose === "immutable");
  return [...spaces, { ...copy, endpoint: immutable.endpoint }];
}

/** The published site; nothing where there is none. */
export function docsSiteOutput({ domains, cdn }: Pick<Settings, "domains" | "cdn">, objects: readonly SiteObject[]) {
  if (objects.length === 0) return {};
  // Spaces' own CDN has no root document: the bucket's root answers 403.
  const start = cdn.kind === "spaces" ? "index.html" : "";
  const listed = objects.map(({ key, etag }) => `${etag}  ${key}\n`).join("");
  return {
    docsSite: {
      url: `https://${domains.docs}/${start}`,
      objects: objects.length,
      contentHash: createHash("sha256").update(listed).digest("hex"),
    },
  };
}
