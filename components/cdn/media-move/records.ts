// The records of the media's host names, while there is one and while there are two.
import { relativeName, type RecordPlan } from "../../dns/records.ts";
import type { CdnKind } from "../settings.ts";
import { type MediaHostSettings, redirectedMediaHost, servedMediaHosts } from "./hosts.ts";

interface MoveSettings extends MediaHostSettings {
  readonly domains: { readonly media: string; readonly web: string };
  readonly cdn: MediaHostSettings["cdn"] & { readonly kind: CdnKind };
}

/**
 * Each record is known by its host, not by what the host is for at the moment: a host name that changes its part would otherwise be taken by
 * one record before the other has let go of it. For the same reason the type stays: the old host of Spaces' CDN leads to the edge by the
 * site's name. The record of the host that was there before the first move goes on under its former name.
 * @param mediaCdn the CDN's host name with a trailing dot
 */
export function mediaRecords<Value>(
  settings: MoveSettings,
  zone: string,
  { mediaCdn }: { readonly mediaCdn: Value },
): RecordPlan<Value>[] {
  const { media, web } = settings.domains;
  const { kind, mediaMove } = settings.cdn;
  const redirected = redirectedMediaHost(settings);
  return servedMediaHosts(settings)
    .filter((host) => kind === "cloudfront" || host === media || host === redirected)
    .map((host) => ({
      key: `media-${host.replaceAll(".", "-")}`,
      ...(host === (mediaMove?.from ?? media) && { formerly: "media" }),
      type: "CNAME",
      name: relativeName(host, zone),
      value: host === redirected ? `${web}.` : mediaCdn,
    }));
}
