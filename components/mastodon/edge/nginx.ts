// The configuration of the nginx edge, as text: which host and path goes to which process, and who the client really is.
import { streamingPort } from "../workloads/streaming.ts";
import { webPort } from "../workloads/web.ts";
import { maintenanceFile } from "./maintenance.ts";
import { metricsServer } from "./metrics.ts";
import { answerSeconds } from "./timeouts.ts";
import {
  enabledFolder,
  forwardedListeners,
  forwardingServer,
  plainListeners,
  refusingServer,
  tlsListeners,
  tlsSettings,
} from "./tls.ts";

/** Path that answers 200 on any host, for probes. */
export const edgeHealthPath = "/healthz";

/** Where the configuration and the maintenance page are mounted. */
export const edgeFolder = "/etc/nginx/mastodon";

export interface EdgeOptions {
  readonly domains: { readonly local: string; readonly web: string; readonly streaming: string };
  /** Networks whose word about the client is believed: pods, nodes, load balancer, further proxies. */
  readonly proxies: readonly string[];
  /** Largest request body. */
  readonly uploadMib: number;
  /** An old host of the media, whose visitors are sent to the new one. */
  readonly formerMedia?: { readonly from: string; readonly to: string } | undefined;
  /** Whether TLS ends here and not at the load balancer. */
  readonly endsTls: boolean;
  /**
   * Whether Prometheus finds counters of connections.
   * @default - no
   */
  readonly metrics?: boolean;
}

/** The whole `nginx.conf`. Nothing is written outside /tmp. */
export function nginxConfiguration(options: EdgeOptions): string {
  const { domains, formerMedia: former } = options;
  const hosts = [domains.local, domains.web, domains.streaming, ...(former ? [former.from] : [])];
  const servers = options.endsTls
    ? [
        unknownHost(forwardedListeners(true)),
        forwardingServer([...new Set(hosts)]),
        `include ${enabledFolder}/*.conf;\n`,
      ]
    : [unknownHost(plainListeners(true)), ...hostServers(options, plainListeners(false))];
  return [main(options), ...indent(options.metrics ? [...servers, metricsServer()] : servers), "}\n"].join("\n");
}

/** The servers that speak TLS, in a file of their own because nginx does not start with one that has no certificate yet. */
export function nginxTlsConfiguration(options: EdgeOptions): string {
  return [tlsSettings, refusingServer(), ...hostServers(options, tlsListeners(false))].join("\n");
}

function hostServers({ domains, formerMedia: former }: EdgeOptions, listen: string): string[] {
  return [
    ...(domains.local === domains.web ? [] : [localDomain(domains, listen)]),
    web(domains, listen),
    ...(domains.streaming === domains.web ? [] : [streaming(domains.streaming, listen)]),
    ...(former ? [formerMedia(former, listen)] : []),
  ];
}

/** Who the client is: the last proxy's word, in the form in which the load balancer gives it. */
function clientAddress({ proxies, endsTls }: EdgeOptions): string {
  const believed = proxies.map((proxy) => `  set_real_ip_from ${proxy};`).join("\n");
  if (endsTls)
    return `  # The load balancer tells the client's address ahead of the bytes that it passes on.
${believed}
  real_ip_header proxy_protocol;`;
  return `  # The load balancer appends the client's address; what the client wrote itself stands further left and is not believed.
${believed}
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;`;
}

function main(options: EdgeOptions): string {
  const { uploadMib } = options;
  return `pid /tmp/nginx.pid;
worker_processes 2;
# Websockets would keep an old worker alive for ever.
worker_shutdown_timeout ${answerSeconds}s;
error_log stderr warn;

events {
  worker_connections 16384;
}

http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  server_tokens off;
  access_log off;

  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

${clientAddress(options)}

  client_max_body_size ${uploadMib}m;
  client_body_timeout 30s;
  client_header_timeout 15s;
  keepalive_timeout 75s;
  large_client_header_buffers 4 16k;

  gzip on;
  gzip_proxied any;
  gzip_vary on;
  gzip_min_length 1024;
  gzip_types text/plain text/css application/javascript application/json application/activity+json application/jrd+json
    application/ld+json application/manifest+json application/xml application/rss+xml application/atom+xml image/svg+xml;

  map $http_upgrade $connection_upgrade {
    default upgrade;
    '' '';
  }

  proxy_http_version 1.1;
  proxy_connect_timeout 5s;
  proxy_send_timeout ${answerSeconds}s;
  proxy_read_timeout ${answerSeconds}s;
  proxy_set_header Host $host;
  proxy_set_header Connection $connection_upgrade;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header X-Real-IP $remote_addr;
  # One address, so that Rails cannot meet a forged list.
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header Client-Ip "";
  # Plain HTTP is turned away before, so whatever arrives came over TLS.
  proxy_set_header X-Forwarded-Proto https;
  proxy_set_header X-Request-Start "t=\${msec}";
  proxy_set_header Proxy "";
`;
}

/** Any other host, among them the probes by address. Federation never asks for it. */
function unknownHost(listen: string): string {
  return `server {
${listen}
  server_name _;

  location = ${edgeHealthPath} {
    default_type text/plain;
    return 200 "ok\\n";
  }
  location / {
    return 421;
  }
}
`;
}

/** Where accounts are named after a domain that is not the site's: other servers look them up here. */
function localDomain({ local, web: target }: EdgeOptions["domains"], listen: string): string {
  return `server {
${listen}
  server_name ${local};

  location ~ ^/\\.well-known/(webfinger|host-meta|nodeinfo)$ {
    add_header Access-Control-Allow-Origin "*" always;
    return 301 https://${target}$request_uri;
  }
  location / {
    return 302 https://${target}/;
  }
}
`;
}

function web(domains: EdgeOptions["domains"], listen: string): string {
  return `server {
${listen}
  server_name ${domains.web};

  # Administration and measurement are reached from inside the cluster only.
  location ~ ^/(sidekiq|pghero|metrics)(/|$) {
    return 404;
  }
${streamingLocation()}
  location / {
    proxy_pass http://web:${webPort};
    error_page 502 504 =503 /${maintenanceFile};
  }
  # A path, not a named location: the redirect turns POST into GET. A static file answers 405 to POST, and other servers would
  # take that as final and drop what they deliver.
  location = /${maintenanceFile} {
    internal;
    root ${edgeFolder};
    add_header Retry-After 60 always;
    add_header Cache-Control no-store always;
  }
}
`;
}

function streaming(host: string, listen: string): string {
  return `server {
${listen}
  server_name ${host};

${streamingLocation()}
  # Streaming shows its metrics to anyone who asks.
  location / {
    return 404;
  }
}
`;
}

/** Links of years lead here. The answer may be kept: media has gone for good, and each file under the same path. */
function formerMedia({ from, to }: NonNullable<EdgeOptions["formerMedia"]>, listen: string): string {
  return `server {
${listen}
  server_name ${from};

  location / {
    add_header Access-Control-Allow-Origin "*" always;
    add_header Cache-Control "public, max-age=86400" always;
    return 308 https://${to}$request_uri;
  }
}
`;
}

/** The path ends at a slash or at its end: `/api/v1/streaming2` is not streaming's. */
function streamingLocation(): string {
  return `  location ~ ^/api/v1/streaming(/|$) {
    proxy_pass http://streaming:${streamingPort};
    proxy_buffering off;
  }`;
}

function indent(blocks: readonly string[]): string[] {
  return blocks.map((block) => block.replaceAll(/^(?=.)/gm, "  "));
}
