// Versions and images of what runs in the Mastodon namespace, in one place.

/**
 * Mastodon release. 4.6.8 is the newest 4.6 that is known to be tagged, and a security release
 * (mastodon/mastodon pull request 40518, Sep 2026). 4.7 exists, but its environment has not been read yet.
 */
export const mastodonVersion = "4.6.8";

/** Rails processes: web, Sidekiq and jobs. The tag is `v<version>`. */
export const railsImage = "ghcr.io/mastodon/mastodon";

/** Streaming. Carries the same tag as the Rails image. */
export const streamingImage = "ghcr.io/mastodon/mastodon-streaming";

/** nginx (stable line, Sep 2026) that runs as uid 101 and listens above 1024. */
export const edgeImage = "nginxinc/nginx-unprivileged:1.30.4-alpine3.24";

/** pg_dump for each major that the settings allow; it must not be older than the server. Minors of May 2026. */
export const postgresqlImages = {
  "16": "postgres:16.14-alpine",
  "17": "postgres:17.10-alpine",
  "18": "postgres:18.4-alpine",
} as const;
