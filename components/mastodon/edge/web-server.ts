// The server of the site itself: pages and the API to web, streaming beside them, and what is closed.
import { limitLines, limitPage } from "./limits.ts";
import { maintenanceFile } from "./maintenance.ts";
import { edgeFolder, type EdgeOptions, webPods } from "./options.ts";
import { packsLocations } from "./packs.ts";
import { streamingLocation } from "./streaming-server.ts";

/**
 * Paths that nobody outside reaches. A word boundary, not a slash, ends the name: Rails hands over to a mounted page at any of them
 * (actionpack journey/path/pattern.rb).
 */
function closedPaths(adminPages: boolean): string {
  return `^/(${adminPages ? "metrics" : "sidekiq|pghero|metrics"})\\b`;
}

/** @param listen its listening lines */
export function webServer({ domains, limits, adminPages, assetsHost }: EdgeOptions, listen: string): string {
  return `server {
${listen}
  server_name ${domains.web};
${limitLines(limits)}
  # Measurement is reached from inside the cluster only; administration too, unless the settings open it.
  location ~ ${closedPaths(adminPages)} {
    return 404;
  }
${streamingLocation()}
${packsLocations(assetsHost)}
  location / {
    proxy_pass http://${webPods};
    error_page 502 504 =503 /${maintenanceFile};${limitPage(limits)}
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
