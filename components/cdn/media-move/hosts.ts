// Which host names media has while it moves from one to another.
import type { MediaMove } from "./settings.ts";

export interface MediaHostSettings {
  readonly domains: { readonly media: string };
  readonly cdn: { readonly mediaMove?: MediaMove | undefined };
}

/** The host in use first, then the other one of a move: all that a CDN with several host names serves. */
export function servedMediaHosts({ domains, cdn }: MediaHostSettings): [string, ...string[]] {
  const other = cdn.mediaMove?.to ?? cdn.mediaMove?.from;
  return other === undefined ? [domains.media] : [domains.media, other];
}
