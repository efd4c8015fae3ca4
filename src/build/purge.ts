// Builds what takes removed media out of the CDN, where the settings want that.
import { CloudFrontCdn, cloudFrontRegion } from "../../components/cdn/cloudfront/cloudfront-cdn.ts";
import { servedMediaHosts } from "../../components/cdn/media-move/hosts.ts";
import { type PurgeAccess, PurgeUser, tokenAccess } from "../../components/cdn/purge-bridge/access.ts";
import { purgeName } from "../../components/cdn/purge-bridge/pod.ts";
import { PurgeBridge } from "../../components/cdn/purge-bridge/purge-bridge.ts";
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import type { Mastodon } from "../../components/mastodon/mastodon.ts";
import type { WorkloadEntry } from "../../components/mastodon/workload-list.ts";
import { streamingImageOf } from "../../components/mastodon/images.ts";
import { secretOutput } from "../load-settings.ts";
import { providerOf } from "../providers.ts";
import type { Cdns } from "./cdn.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";
import { sidekiqPlacement } from "./server.ts";

/** Credentials of the purge service; nothing where it is off. They come before Mastodon, which shares a secret with it. */
export function buildPurgeAccess({ settings, providers }: Context, { media }: Cdns): PurgeAccess | undefined {
  if (!settings.cdn.purge.enabled) return undefined;
  if (media instanceof CloudFrontCdn)
    return new PurgeUser(
      "cdn-purge-user",
      { prefix: settings.name, distributionArn: media.arn },
      { providers: [providerOf(providers.aws, cloudFrontRegion)] },
    );
  const { token } = settings.secrets.cdnPurge;
  if (token === undefined) throw new Error("cdn.purge needs secrets.cdnPurge.token, which the settings' rules ask for");
  return tokenAccess(secretOutput(token));
}

/** The service in the list of what runs; nothing where it is off. */
export function purgeWorkloads({ settings }: Context): WorkloadEntry[] {
  if (!settings.cdn.purge.enabled) return [];
  return [{ namespace: namespaceName, name: purgeName, kind: "Deployment", process: purgeName, replicas: 1 }];
}

export interface PurgeParts {
  readonly compute: Compute;
  readonly cdn: Cdns;
  readonly mastodon: Mastodon;
  readonly access: PurgeAccess | undefined;
}

/** The service itself, in Mastodon's namespace. */
export function buildPurgeBridge({ settings }: Context, { compute, cdn, mastodon, access }: PurgeParts): void {
  if (access === undefined) return;
  new PurgeBridge("cdn-purge", {
    provider: compute.kubernetes,
    namespace: mastodon.namespace,
    kind: cdn.media.kind,
    cdnId: cdn.media.cdnId,
    hosts: servedMediaHosts(settings),
    image: streamingImageOf(settings.mastodon),
    placement: sidekiqPlacement(settings),
    access,
  });
}
