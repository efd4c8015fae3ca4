// What other tools are told of buckets and of the documentation site.
import { createHash } from "node:crypto";
import { bucketConsumers } from "../../components/storage/consumers.ts";
import type { SiteObject } from "../../components/storage/site/objects.ts";
import { spacesKeyName } from "../names.ts";
import type { Settings } from "../settings-schema.ts";
import type { Context } from "./context.ts";
import { spacesEndpoint } from "./server.ts";

/** Every bucket, with the names of the keys that open it; the keys themselves are no output. */
export function bucketOutputs({ settings, buckets }: Context) {
  const { name, storage, backups, mastodon } = settings;
  const spaces = (["media", "assets", "docs", "backups"] as const).map((purpose) => {
    const { region } = storage[purpose];
    const keys = bucketConsumers({
      copiesAssets: mastodon.assets.copy,
      dumps: mastodon.upgrades.precondition === "dump",
      backups: backups.enabled,
      kansasCity: backups.kansasCity !== undefined,
    })
      .filter(({ bucket }) => bucket === purpose)
      .map(({ consumer, permission }) => ({ name: spacesKeyName(name, consumer), permission }));
    const place = { name: buckets[purpose], region, endpoint: spacesEndpoint(region) };
    return { purpose, provider: "digitalocean", ...place, keys };
  });
  const { region } = backups.immutable;
  const endpoint = `https://s3.${region}.amazonaws.com`;
  return [...spaces, { purpose: "immutable", provider: "aws", name: buckets.immutable, region, endpoint }];
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
