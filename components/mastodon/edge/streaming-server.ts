// Streaming: its own server, and its path on the site's.
import { streamingPods } from "./options.ts";

/** @param listen its listening lines */
export function streamingServer(host: string, listen: string): string {
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

/** The path ends at a slash or at its end: `/api/v1/streaming2` is not streaming's. A smaller buffer for each of many websockets. */
export function streamingLocation(): string {
  return `  location ~ ^/api/v1/streaming(/|$) {
    proxy_pass http://${streamingPods};
    proxy_buffering off;
    proxy_buffer_size 4k;
  }`;
}
