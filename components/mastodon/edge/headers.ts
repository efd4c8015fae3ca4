// The headers of each request to Mastodon: what the edge knows, in place of whatever the client says about itself.

/**
 * Headers by which a client could pass for somebody else: other forms of the same facts, which Rack and Rails read as well, and Rack's
 * instructions for sending files.
 */
const forged = [
  "Client-Ip",
  "Forwarded",
  "Proxy",
  "X-Accel-Mapping",
  "X-Forwarded-Host",
  "X-Forwarded-Port",
  "X-Forwarded-Scheme",
  "X-Forwarded-Ssl",
  "X-Queue-Start",
  "X-Sendfile-Type",
];

/**
 * @param host nginx' variable or a name
 * @param indent what each line begins with
 */
export function proxyHeaders(host: string, indent = ""): string {
  const lines = [
    `proxy_set_header Host ${host};`,
    "proxy_set_header Connection $connection_upgrade;",
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Accept-Encoding $wants_gzip;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "# One address, so that Rails cannot meet a forged list.",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "# Plain HTTP is turned away before, so whatever arrives came over TLS.",
    "proxy_set_header X-Forwarded-Proto https;",
    "# Taken when the whole request is here, so that a slow upload does not look like a queue in front of web.",
    'proxy_set_header X-Request-Start "t=${msec}";',
    ...forged.map((name) => `proxy_set_header ${name} "";`),
  ];
  return lines.map((line) => `${indent}${line}`).join("\n");
}
