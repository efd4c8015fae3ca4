// The part of the edge's configuration that holds for all hosts.
import { streamingPort } from "../workloads/streaming.ts";
import { webPort } from "../workloads/web.ts";
import { proxyHeaders } from "./headers.ts";
import { limitZones } from "./limits.ts";
import { operatorsOrigin } from "./operators.ts";
import { type EdgeOptions, streamingPods, webPods } from "./options.ts";
import { packsCache } from "./packs.ts";
import { answerSeconds } from "./timeouts.ts";

/** Everything before the servers; the brace of `http` stays open. */
export function httpLines(options: EdgeOptions): string {
  return `pid /tmp/nginx.pid;
worker_processes 2;
# Websockets would keep an old worker alive for ever.
worker_shutdown_timeout ${answerSeconds}s;
error_log stderr warn;

events {
  worker_connections 16384;
}

http {
${inside([files, clientAddress(options), fromClients(options), compression, pods, toPods, limitZones(options.limits), packsCache, operatorsOrigin(options.domains.web)])}
`;
}

function inside(parts: readonly string[]): string {
  return parts.join("\n").replaceAll(/^(?=.)/gm, "  ");
}

const files = `include /etc/nginx/mime.types;
default_type application/octet-stream;
server_tokens off;
access_log off;
# Host names may be long.
server_names_hash_bucket_size 256;

client_body_temp_path /tmp/client-body;
proxy_temp_path /tmp/proxy;
fastcgi_temp_path /tmp/fastcgi;
uwsgi_temp_path /tmp/uwsgi;
scgi_temp_path /tmp/scgi;
`;

/** Who the client is: the last proxy's word, in the form in which the load balancer gives it. */
function clientAddress({ proxies, endsTls }: EdgeOptions): string {
  const believed = proxies.map((proxy) => `set_real_ip_from ${proxy};`).join("\n");
  if (endsTls)
    return `# The load balancer tells the client's address ahead of the bytes that it passes on.
${believed}
real_ip_header proxy_protocol;
`;
  return `# The load balancer appends the client's address; what the client wrote itself stands further left and is not believed.
${believed}
real_ip_header X-Forwarded-For;
real_ip_recursive on;
`;
}

/** A body is taken in whole before web hears of it, so that a slow client holds a buffer here and not one of web's threads. */
function fromClients({ uploadMib }: EdgeOptions): string {
  return `client_max_body_size ${uploadMib}m;
client_body_timeout 30s;
client_header_timeout 15s;
send_timeout 60s;
reset_timedout_connection on;
keepalive_timeout 75s;
large_client_header_buffers 4 16k;
`;
}

const compression = `gzip on;
gzip_proxied any;
gzip_vary on;
gzip_min_length 1024;
gzip_types text/plain text/css text/javascript application/javascript application/json application/activity+json application/jrd+json
  application/ld+json application/manifest+json application/xml application/rss+xml application/atom+xml image/svg+xml;
map $http_accept_encoding $wants_gzip {
  default "";
  "~*(^|[ ,])gzip" gzip;
}
`;

/**
 * A Service twice, so that a connection that nobody takes, as when a node is lost, is tried once more: the cluster then picks another pod, in
 * most cases. A Service is never down, so failures are not counted.
 */
const pods = [
  [webPods, `web:${webPort}`],
  [streamingPods, `streaming:${streamingPort}`],
]
  .map(([name, address]) => {
    const server = `  server ${address} max_fails=0;`;
    return `upstream ${name} {\n${server}\n${server}\n}`;
  })
  .join("\n");

/**
 * A connection for each request. Kept ones would stay with the pods that were there first, past a roll and past an autoscaler, and Puma ends
 * them after 20 idle seconds (PERSISTENT_TIMEOUT), just when the next request may be on its way: what other servers deliver by POST would be lost.
 */
const toPods = `
map $http_upgrade $connection_upgrade {
  default upgrade;
  '' close;
}
proxy_http_version 1.1;
proxy_connect_timeout 5s;
proxy_send_timeout ${answerSeconds}s;
proxy_read_timeout ${answerSeconds}s;
# Once more only where that is quick: nobody waits twice for a slow answer.
proxy_next_upstream_tries 2;
proxy_next_upstream_timeout 15s;
# Mastodon's policies and links make long headers.
proxy_buffer_size 16k;
proxy_buffers 8 16k;
${proxyHeaders("$host")}
`;
