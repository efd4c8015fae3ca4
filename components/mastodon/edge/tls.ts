// TLS that ends at the edge: listeners, where the certificate comes from, and how its authority proves the host names.
import { namespaceName } from "../kubernetes/namespace.ts";
import { clusterResolver } from "./options.ts";

/** Plain HTTP from the load balancer, and the only port where the load balancer ends TLS. */
export const edgePort = 8080;

/** TLS from the load balancer, which passes it on. */
export const edgeTlsPort = 8443;

/** Plain HTTP without a PROXY header: for probes, and for cert-manager, whose requests never leave the cluster. */
export const edgeInsidePort = 8081;

/** Secret that cert-manager keeps the certificate in. */
export const edgeCertificateSecret = "edge-certificate";

/** Where that Secret is mounted. */
export const edgeCertificateFolder = "/etc/nginx/certificate";

/** Service in front of the pods that answer for the authority's questions; it has no address of its own, but all of theirs. */
export const solverService = "certificate-proofs";

/** Port of those pods (cert-manager v1.21.2, its pkg/issuer/acme/http). */
export const solverPort = 8089;

/** What cert-manager writes on those pods (the same place). */
export const solverLabels = { "acme.cert-manager.io/http01-solver": "true" };

/** Name of the file with all servers that speak TLS. It is used once there is a certificate. */
export const tlsFile = "https.conf";

/** Name of the script that the container runs. */
export const startFile = "start.sh";

/** Listening lines of a plain server where the load balancer ends TLS. */
export function plainListeners(isDefault: boolean): string {
  return listeners(edgePort, isDefault ? " default_server" : "");
}

/** Listening lines of a plain server where TLS ends here. */
export function forwardedListeners(isDefault: boolean): string {
  const suffix = isDefault ? " default_server" : "";
  return [listeners(edgePort, `${suffix} proxy_protocol`), listeners(edgeInsidePort, suffix)].join("\n");
}

/** Listening lines of a server that speaks TLS. */
export function tlsListeners(isDefault: boolean): string {
  const suffix = `${isDefault ? " default_server" : ""} ssl proxy_protocol`;
  return `${listeners(edgeTlsPort, suffix)}\n  http2 on;`;
}

/** Of both kinds of address: what answers on one only is forgotten until a cluster has the other. */
function listeners(port: number, suffix: string): string {
  return `  listen ${port}${suffix};\n  listen [::]:${port}${suffix};`;
}

/** Lines before the servers that speak TLS. */
export const tlsSettings = `ssl_certificate ${edgeCertificateFolder}/tls.crt;
ssl_certificate_key ${edgeCertificateFolder}/tls.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_session_cache shared:tls:10m;
ssl_session_timeout 1d;
ssl_session_tickets off;
`;

/** Whoever asks for another host is not even shown a certificate. */
export function refusingServer(): string {
  return `server {
${tlsListeners(true)}
  server_name _;
  ssl_reject_handshake on;
}
`;
}

/**
 * The plain server of our own hosts: the authority's questions are passed on, everything else goes to TLS. While several host names are
 * proved at once there is a pod for each, which knows its own answer only, so a pod that knows nothing is followed by the next.
 */
export function forwardingServer(hosts: readonly string[]): string {
  return `server {
${forwardedListeners(false)}
  server_name ${hosts.join(" ")};

  location ^~ /.well-known/acme-challenge/ {
    ${clusterResolver("5s")}
    set $solver ${solverService}.${namespaceName}.svc.cluster.local;
    proxy_pass http://$solver:${solverPort};
    proxy_next_upstream error timeout http_404;
  }
  location / {
    return 301 https://$host$request_uri;
  }
}
`;
}

/**
 * Runs nginx, and lets it read a new certificate without a restart: connections stay. Kubernetes exchanges the mounted files within a minute or
 * two. Before the first certificate there is no TLS, and the plain server answers the authority.
 * @param folder where the configuration is mounted
 */
export function startScript(folder: string, configuration: string): string {
  return `#!/bin/sh
set -u
certificate=${edgeCertificateFolder}
enabled=${enabledFolder}
run="nginx -c ${folder}/${configuration}"

fingerprint() { cat "$certificate/tls.crt" "$certificate/tls.key" 2>/dev/null | sha256sum; }

# A certificate that nginx does not take must not end it.
enable() {
  [ -s "$certificate/tls.crt" ] && [ -s "$certificate/tls.key" ] || return 1
  was_enabled=$(ls "$enabled")
  cp ${folder}/${tlsFile} "$enabled/"
  $run -t -q && return 0
  [ -n "$was_enabled" ] || rm -f "$enabled/${tlsFile}"
  return 1
}

watch() {
  while sleep 20; do
    now=$(fingerprint)
    [ "$now" = "$seen" ] && continue
    seen=$now
    enable && kill -HUP "$1"
  done
}

# What an earlier container of this pod left may not fit any more.
rm -rf "$enabled"
mkdir -p "$enabled"
# Read before it is used: one that comes in between is used twice, not never.
seen=$(fingerprint)
enable
watch $$ &
exec $run -g "daemon off;"
`;
}

/** Files in it are part of the configuration. */
export const enabledFolder = "/tmp/enabled";
