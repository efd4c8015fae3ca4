// How Mastodon tells of media that is gone: its cache buster, and the few lines of Ruby that send what it says to the purge service.
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Variables } from "./environment/environment.ts";

/** A service that takes `{"url": …}` by POST, with a secret in the header `X-Cdn-Purge-Secret`, and answers 202. */
export interface CachePurgeArgs {
  /** Address inside the cluster, with scheme and path. */
  readonly url: string;
  readonly secret: pulumi.Input<string>;
}

/** Web and jobs only put the work into the queue; they need no secret. */
export function cachePurgeVariables(purge: CachePurgeArgs | undefined): Variables {
  return purge === undefined ? {} : { CACHE_BUSTER_ENABLED: "true" };
}

/**
 * Sidekiq calls the service. The variable for the header's name is left out on purpose: without it Mastodon's own buster sends no secret, so
 * that none would reach the CDN if the lines below ever stopped to fit.
 */
export function cachePurgeSidekiqVariables(purge: CachePurgeArgs | undefined): Variables {
  return purge === undefined ? {} : { ...cachePurgeVariables(purge), CACHE_BUSTER_SECRET: purge.secret };
}

/** Name of the ConfigMap with the initializer. */
export const cachePurgeConfigName = "cache-purge-initializer";
const initializerFile = "zz_cdn_purge.rb";

/** The ConfigMap's data. */
export function cachePurgeFiles({ url }: CachePurgeArgs): Record<string, string> {
  return { [initializerFile]: initializer(url) };
}

export const cachePurgeVolume: kubernetes.types.input.core.v1.Volume = {
  name: "cache-purge",
  configMap: { name: cachePurgeConfigName },
};

/** One file among the image's own initializers, so a sub-path: a mounted folder would hide the others. */
export const cachePurgeMount: kubernetes.types.input.core.v1.VolumeMount = {
  name: "cache-purge",
  mountPath: `/opt/mastodon/config/initializers/${initializerFile}`,
  subPath: initializerFile,
  readOnly: true,
};

/**
 * Replaces one method, `CacheBuster#bust(url)`, which has been there under that name since 3.4 and in 4.6 (app/lib/cache_buster.rb). Where it
 * is missing, Sidekiq starts all the same and says so: purging late is bad, no Sidekiq is worse. `Net::HTTP` and not Mastodon's `Request`, which
 * looks names up past the cluster's search list and refuses private addresses.
 */
function initializer(url: string): string {
  return `# frozen_string_literal: true

# Hands the address of removed media to the service that takes it out of the CDN. Written by the stack (docs/decisions, purge bridge).
require 'json'
require 'net/http'

module CdnPurge
  ADDRESS = URI('${url}')

  def bust(url)
    headers = { 'Content-Type' => 'application/json', 'X-Cdn-Purge-Secret' => ENV.fetch('CACHE_BUSTER_SECRET') }
    # No proxy, whatever http_proxy says: the service is in the cluster.
    http = Net::HTTP.new(ADDRESS.host, ADDRESS.port, nil)
    http.open_timeout = 5
    http.read_timeout = 10
    response = http.post(ADDRESS.path, JSON.generate(url: url), headers)
    return if response.is_a?(Net::HTTPAccepted)

    # A URL that the service will never take; trying again would not help.
    return Rails.logger.warn("cdn purge: #{url}: #{response.body}") if response.is_a?(Net::HTTPUnprocessableEntity)

    raise "cdn purge: status #{response.code}" # Sidekiq tries the job again later
  end
end

Rails.application.config.to_prepare do
  if defined?(CacheBuster) && CacheBuster.method_defined?(:bust)
    CacheBuster.prepend(CdnPurge)
  else
    Rails.logger.error('cdn purge: this Mastodon has no CacheBuster#bust; removed media stays in the CDN until its time is over')
  end
end
`;
}
