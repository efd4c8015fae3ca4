// The configuration of the nginx edge, as text: which host and path goes to which process, and who the client really is.
import { httpLines } from "./http.ts";
import { metricsServer } from "./metrics.ts";
import { operatorsServer } from "./operators.ts";
import { edgeHealthPath, type EdgeOptions } from "./options.ts";
import { streamingServer } from "./streaming-server.ts";
import {
  enabledFolder,
  forwardedListeners,
  forwardingServer,
  plainListeners,
  refusingServer,
  tlsListeners,
  tlsSettings,
} from "./tls.ts";
import { webServer } from "./web-server.ts";

/** The whole `nginx.conf`, for nginx 1.25.1 or newer. Nothing is written outside /tmp. */
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
  const inside = [operatorsServer(domains.web), ...(options.metrics ? [metricsServer()] : [])];
  return [httpLines(options), ...indent([...servers, ...inside]), "}\n"].join("\n");
}

/** The servers that speak TLS, in a file of their own because nginx does not start with one that has no certificate yet. */
export function nginxTlsConfiguration(options: EdgeOptions): string {
  return [tlsSettings, refusingServer(), ...hostServers(options, tlsListeners(false))].join("\n");
}

function hostServers(options: EdgeOptions, listen: string): string[] {
  const { domains, formerMedia: former } = options;
  return [
    ...(domains.local === domains.web ? [] : [localDomain(domains, listen)]),
    webServer(options, listen),
    ...(domains.streaming === domains.web ? [] : [streamingServer(domains.streaming, listen)]),
    ...(former ? [formerMedia(former, listen)] : []),
  ];
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

function indent(blocks: readonly string[]): string[] {
  return blocks.map((block) => block.replaceAll(/^(?=.)/gm, "  "));
}
