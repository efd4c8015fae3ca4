// Scripts and styles: kept at the edge, and those of other versions fetched from the bucket that has them all.
import { clusterResolver, webPods } from "./options.ts";

/** Authorities of the internet in the image: part of Alpine's base. */
export const authoritiesFile = "/etc/ssl/certs/ca-certificates.crt";

const yearSeconds = 31_536_000;

/** Most that one edge pod keeps: a version has about 100 MB, maps for debuggers included. */
const cacheMib = 512;

/**
 * Lines at the top. A name with the hash of its content in it never gets another content, so browsers need not ask again. Rails says 28
 * days for everything, which is left to the few without.
 */
export const packsCache = `
proxy_cache_path /tmp/packs levels=1:2 keys_zone=packs:2m max_size=${cacheMib}m inactive=7d use_temp_path=off;
map $uri $has_hash {
  default 0;
  "~-[A-Za-z0-9_-]{8,64}\\.[a-z0-9.]+$" 1;
}
map $has_hash $packs_uncached {
  default 1;
  1 0;
}
map "$has_hash $status" $packs_caching {
  default $upstream_http_cache_control;
  "~^1 (200|206|304)$" "public, max-age=${yearSeconds}, immutable";
}
`;

/** What both ways to a file have in common. Errors are never kept, so a file that appears is found at once. */
function keptAs(key: string): string {
  return `    proxy_cache packs;
    proxy_cache_key "${key}$uri";
    proxy_cache_lock on;
    proxy_cache_valid 200 7d;
    proxy_cache_bypass $packs_uncached;
    proxy_no_cache $packs_uncached;
    proxy_hide_header Cache-Control;
    add_header Cache-Control $packs_caching;`;
}

/**
 * Locations of a server. During a roll a page of one version asks pods of the other, and an open page asks for its files for days.
 * Only harmless letters are let through to the bucket, because the path goes there decoded.
 */
export function packsLocations(assetsHost: string | undefined): string {
  const elsewhere = `
    proxy_intercept_errors on;
    recursive_error_pages on;
    error_page 404 502 504 = @packs_of_other_versions;`;
  return `
  location ~ "^/(packs|assets)/[A-Za-z0-9_.~@+/-]+$" {
    limit_except GET {
      deny all;
    }
    proxy_pass http://${webPods};
${keptAs("$wants_gzip ")}
    # The key says it all: whether compressed or not.
    proxy_ignore_headers Vary;
    proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;${assetsHost === undefined ? "" : elsewhere}
  }
${assetsHost === undefined ? "" : otherVersions(assetsHost)}`;
}

/** Nothing of the client's request goes to the bucket but its path: no cookie, no token, no address. */
function otherVersions(assetsHost: string): string {
  return `  location @packs_of_other_versions {
    ${clusterResolver("30s")}
    set $assets_host ${assetsHost};
    proxy_pass https://$assets_host$uri;
    proxy_pass_request_headers off;
    proxy_set_header Host $assets_host;
    proxy_set_header Connection close;
    proxy_ssl_server_name on;
    proxy_ssl_name $assets_host;
    proxy_ssl_verify on;
    proxy_ssl_verify_depth 4;
    proxy_ssl_trusted_certificate ${authoritiesFile};
    proxy_read_timeout 15s;
${keptAs("bucket ")}
    proxy_hide_header Set-Cookie;
    # The bucket does not tell a missing file from one that it may not show.
    proxy_intercept_errors on;
    recursive_error_pages on;
    error_page 400 401 403 404 405 429 500 502 503 504 = @no_packs;
  }
  location @no_packs {
    default_type text/plain;
    add_header Cache-Control no-store always;
    return 404 "not found\\n";
  }
`;
}
