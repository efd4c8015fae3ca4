// Limits for each client on what costs much and needs no account: they hold before a request takes one of web's few threads.
import type { EdgeLimits } from "./settings.ts";

type Limited = "signUp" | "search" | "mediaProxy";

interface LimitedRequests {
  readonly name: Limited;
  readonly zone: string;
  /** Matches the method and the path, which nginx has decoded and cleaned, so that no other spelling gets around it. */
  readonly requests: string;
}

/** What an application or another server does all the time is not among them: timelines, posting, inboxes, its registration. */
const limitedRequests: readonly LimitedRequests[] = [
  {
    name: "signUp",
    zone: "sign_up",
    // Signing up and in, new passwords and confirmations.
    requests: "POST /(auth([./].*)?|api/v1/(accounts|emails/confirmations)/?)$",
  },
  { name: "search", zone: "search", requests: "(GET|HEAD|POST) /(api/v[0-9]+/(accounts/)?)?search([./]|$)" },
  // Each of these may fetch a file from another server.
  { name: "mediaProxy", zone: "media_proxy", requests: "(GET|HEAD) /media_proxy/" },
];

/** Name of the place that answers whoever is over a limit. */
const overLimit = "@over_limit";

/**
 * Lines at the top: who counts as one client, and the counters. An IPv6 client owns 64 bits of addresses, so these are counted as one,
 * as Mastodon itself does.
 */
export function limitZones({ enabled, exempt, ...limits }: EdgeLimits): string {
  if (!enabled) return "";
  const exempted = exempt.map((network) => `\n  ${network} 0;`).join("");
  const zones = limitedRequests.map(
    ({ name, zone, requests }) => `
# A request with an empty key is not counted.
map "$is_limited $request_method $uri" $${zone}_client {
  default "";
  "~^1 ${requests}" $client_network;
}
limit_req_zone $${zone}_client zone=${zone}:10m rate=${limits[name].perMinute}r/m;`,
  );
  return `
geo $is_limited {
  default 1;${exempted}
}
map $binary_remote_addr $client_network {
  default $binary_remote_addr;
  "~(?s)^(?<ipv6_network>.{8}).{8}$" $ipv6_network;
}${zones.join("")}
limit_req_status 429;
limit_req_log_level warn;
`;
}

/** Lines of a server. A location with error pages of its own needs `limitPage` again. */
export function limitLines({ enabled, ...limits }: EdgeLimits): string {
  if (!enabled) return "";
  const lines = limitedRequests.map(
    ({ name, zone }) => `  limit_req zone=${zone} burst=${limits[name].burst} nodelay;`,
  );
  return `
${lines.join("\n")}
  error_page 429 = ${overLimit};
  # In the form of Mastodon's own refusals, and readable for web clients on other hosts.
  location ${overLimit} {
    default_type application/json;
    add_header Retry-After 60 always;
    add_header Cache-Control no-store always;
    add_header Access-Control-Allow-Origin "*" always;
    return 429 '{"error":"Too many requests"}';
  }
`;
}

/** Line of a location that has error pages of its own. */
export function limitPage({ enabled }: EdgeLimits): string {
  return enabled ? `\n    error_page 429 = ${overLimit};` : "";
}
