// The way in for operators: everything that web has, on the pod's own loopback, where only `kubectl port-forward` arrives.
import { proxyHeaders } from "./headers.ts";
import { webPods } from "./options.ts";

/** Bound to 127.0.0.1: no other pod reaches it, and no Service leads here. */
export const operatorsPort = 8082;

/** Lines at the top: a browser at localhost says so in its forms, which Mastodon refuses. */
export function operatorsOrigin(host: string): string {
  return `
map $http_origin $operators_origin {
  default https://${host};
  "" "";
}
`;
}

/**
 * `kubectl port-forward deployment/edge 8082` and a browser at http://localhost:8082/sidekiq. Mastodon still asks who it is; it answers only to its own
 * host name, over what it believes to be TLS, and takes forms only from its own pages.
 */
export function operatorsServer(host: string): string {
  return `server {
  listen 127.0.0.1:${operatorsPort};
  server_name _;
  # The port at the operator's end is not known here.
  absolute_redirect off;

  location / {
    proxy_pass http://${webPods};
    proxy_redirect https://${host}/ /;
${proxyHeaders(host, "    ")}
    proxy_set_header Origin $operators_origin;
  }
}
`;
}
