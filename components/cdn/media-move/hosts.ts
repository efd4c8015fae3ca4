// Which host names media has while it moves from one to another.
import type { CdnKind } from "../settings.ts";
import type { MediaMove } from "./settings.ts";

export interface MediaHostSettings {
  readonly domains: { readonly media: string };
  readonly cdn: { readonly mediaMove?: MediaMove | undefined };
}

/** The hosts besides the one in use that browsers may load media from, as Mastodon's EXTRA_MEDIA_HOSTS takes them: with scheme. */
export function extraMediaHosts(settings: MediaHostSettings): string[] {
  return servedMediaHosts(settings)
    .slice(1)
    .map((host) => `https://${host}`);
}

export interface AllowedHost {
  readonly host: string;
  /** Day of the first update that allowed it. */
  readonly since: string;
}

/** For the outputs: since when each host is allowed. A later switch is measured by it. */
export function allowedHosts(
  settings: MediaHostSettings,
  before: readonly AllowedHost[] | undefined,
  today: string,
): AllowedHost[] {
  return servedMediaHosts(settings).map((host) => ({
    host,
    since: before?.find((known) => known.host === host)?.since ?? today,
  }));
}

/**
 * The old host after a move, where the CDN cannot serve it as well: a Space has one CDN, and that has one host name
 * (docs.digitalocean.com, "Customize the Spaces CDN endpoint", Mar 2026). The cluster's edge then sends its visitors to the new one.
 */
export function redirectedMediaHost({
  cdn,
}: {
  readonly cdn: { readonly kind: CdnKind; readonly mediaMove?: MediaMove | undefined };
}): string | undefined {
  return cdn.kind === "spaces" ? cdn.mediaMove?.from : undefined;
}

/** The host in use first, then the other one of a move: all that a CDN with several host names serves. */
export function servedMediaHosts({ domains, cdn }: MediaHostSettings): [string, ...string[]] {
  const other = cdn.mediaMove?.to ?? cdn.mediaMove?.from;
  return other === undefined ? [domains.media] : [domains.media, other];
}
