// Builds the CDN in front of the public buckets.
import { SpacesCdn } from "../../components/cdn/spaces-cdn.ts";
import type { Context } from "./context.ts";
import type { Storage } from "./storage.ts";
import type { Zoned } from "./zone.ts";

/** The CDN in front of the public buckets. */
export function buildCdn({ settings, inMainAccount }: Context, zoned: Zoned, storage: Storage) {
  const { cdn, domains } = settings;
  const front = (use: "media" | "assets" | "docs", ttl: number): SpacesCdn =>
    new SpacesCdn(
      `cdn-${use}`,
      {
        origin: storage[use].bucket.domain,
        domain: domains[use],
        certificateName: zoned[use].certificateName,
        ttl,
      },
      inMainAccount,
    );
  return {
    media: front("media", cdn.mediaTtl),
    assets: front("assets", cdn.assetsTtl),
    docs: front("docs", cdn.docsTtl),
  };
}

export type Cdns = ReturnType<typeof buildCdn>;
