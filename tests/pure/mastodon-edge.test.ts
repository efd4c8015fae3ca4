// The edge's configuration, as text. What the real nginx makes of it is tested in tests/edge.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { nginxConfiguration, nginxTlsConfiguration } from "../../components/mastodon/edge/nginx.ts";
import { edgeLimitsSchema } from "../../components/mastodon/edge/settings.ts";
import { startScript } from "../../components/mastodon/edge/tls.ts";
import { answerSeconds, finishSeconds, idleSeconds } from "../../components/mastodon/edge/timeouts.ts";

const domains = { local: "social.example", web: "web.social.example", streaming: "streaming.social.example" };
const options = (change: Partial<typeof domains>, endsTls: boolean) => {
  return {
    domains: { ...domains, ...change },
    proxies: ["10.100.0.0/16", "192.0.2.0/24"],
    uploadMib: 99,
    limits: edgeLimitsSchema.parse({}),
    adminPages: false,
    endsTls,
  };
};
const build = (change: Partial<typeof domains> = {}) => nginxConfiguration(options(change, false));

/** The server block of a host. */
function server(text: string, host: string): string {
  const block = text.split("  server {\n").find((candidate) => candidate.includes(`server_name ${host};`));
  if (!block) throw new Error(`no server for ${host}`);
  return block;
}

test("braces and ends of statements are balanced", () => {
  const text = build();
  expect(text.split("{").length).toBe(text.split("}").length);
  const statements = text.split("\n").map((line) => line.trim());
  const open = statements.filter((line) => line && !/^#|[;{}]$/.test(line));
  expect(open).toEqual([expect.stringMatching(/^gzip_types/)]);
});

describe("routing", () => {
  test("sends the site to web and streaming paths to streaming, with the upgrade to a websocket", () => {
    const web = server(build(), domains.web);
    expect(build()).toMatch(/upstream web_pods \{\s+server web:3000 /);
    expect(build()).toMatch(/upstream streaming_pods \{\s+server streaming:4000 /);
    expect(web).toContain("proxy_pass http://web_pods;");
    expect(web).toMatch(/location ~ \^\/api\/v1\/streaming\(\/\|\$\) \{\s+proxy_pass http:\/\/streaming_pods;/);
    expect(build()).toContain("proxy_set_header Upgrade $http_upgrade;");
    expect(build()).toContain("proxy_set_header Connection $connection_upgrade;");
  });

  test("opens nothing of streaming but its own path, so that its metrics stay inside", () => {
    const streaming = server(build(), domains.streaming);
    expect(streaming).not.toContain("web_pods");
    expect(streaming).toMatch(/location \/ \{\s+return 404;/);
  });

  test.each(["sidekiq", "pghero", "metrics"])("hides /%s", (path) => {
    const web = server(build(), domains.web);
    const hidden = /location ~ (\S+) \{\s+return 404;/.exec(web)?.[1] ?? "";
    expect(new RegExp(hidden).test(`/${path}`)).toBe(true);
    expect(new RegExp(hidden).test(`/${path}/jobs`)).toBe(true);
    expect(new RegExp(hidden).test(`/@${path}`)).toBe(false);
  });

  test("answers other servers' look-ups on the local domain, when the site is elsewhere", () => {
    const local = server(build(), domains.local);
    expect(local).toContain("return 301 https://web.social.example$request_uri;");
    expect(local).toContain('add_header Access-Control-Allow-Origin "*" always;');
  });

  test("has one server where local domain, site and streaming are one host", () => {
    const text = build({ web: "social.example", streaming: "social.example" });
    expect(text.match(/server_name social\.example;/g)).toHaveLength(1);
    expect(server(text, "social.example")).toContain("streaming_pods");
    expect(server(text, "social.example")).not.toContain("return 30");
  });

  test("turns unknown hosts away but answers probes", () => {
    const unknown = server(build(), "_");
    expect(unknown).toContain("default_server");
    expect(unknown).toContain("return 421;");
    expect(unknown).toContain('return 200 "ok\\n";');
    expect(unknown).not.toContain("proxy_pass");
  });
});

test("believes the client's address only from the given proxies, and passes on a single one", () => {
  const text = build();
  expect(text.match(/set_real_ip_from .*/g)).toEqual([
    "set_real_ip_from 10.100.0.0/16;",
    "set_real_ip_from 192.0.2.0/24;",
  ]);
  expect(text).toContain("real_ip_recursive on;");
  expect(text).toContain("proxy_set_header X-Forwarded-For $remote_addr;");
  expect(text).not.toContain("$proxy_add_x_forwarded_for");
});

test("shows the maintenance page by a path, so that a POST is answered 503 and not 405", () => {
  const web = server(build(), domains.web);
  expect(web).toContain("error_page 502 504 =503 /maintenance.html;");
  expect(web).not.toContain("@maintenance");
});

test("writes below /tmp only", () => {
  const paths = [...build().matchAll(/^\s*(?:pid|\w+_temp_path|proxy_cache_path) ([^ ;]+)/gm)].map(([, path]) => path);
  expect(paths).toHaveLength(7);
  expect(paths.filter((path) => !path?.startsWith("/tmp/"))).toEqual([]);
});

test("each time-out is longer than the one inside it", () => {
  expect(answerSeconds).toBeGreaterThan(30); // streaming pings every 30 s
  expect(idleSeconds).toBeGreaterThan(answerSeconds);
  expect(finishSeconds).toBeGreaterThan(answerSeconds);
});

describe("where TLS ends at the edge", () => {
  const plain = nginxConfiguration(options({}, true));
  const tls = nginxTlsConfiguration(options({}, true));
  const hosts = "social.example web.social.example streaming.social.example";

  test("every way from the load balancer begins with the client's address, and that alone is believed", () => {
    expect(plain).toContain("real_ip_header proxy_protocol;");
    expect(plain).not.toContain("X-Forwarded-For;\n  real_ip");
    const listeners = [...`${plain}${tls}`.matchAll(/listen (?:\[::\]:)?(\d+)(?!\.)\b([^;]*);/g)];
    for (const [line, port, rest] of listeners) expect(rest?.includes("proxy_protocol"), line).toBe(port !== "8081");
    expect(plain).toContain("listen 127.0.0.1:8082;");
    expect(listeners).toHaveLength(4 * 2 + 4 * 2);
  });

  test("plain HTTP answers the authority and sends everything else to TLS", () => {
    const forwarding = server(plain, hosts);
    expect(forwarding).toContain("location ^~ /.well-known/acme-challenge/");
    expect(forwarding).toContain("proxy_next_upstream error timeout http_404;");
    expect(forwarding).toContain("return 301 https://$host$request_uri;");
    expect(forwarding).not.toContain("web_pods");
  });

  test("unknown hosts are turned away, in plain HTTP and before a certificate is shown", () => {
    expect(server(plain, "_")).toContain("return 421;");
    expect(tls).toContain("ssl_reject_handshake on;");
  });

  test.each(Object.values(domains))("%s is served as elsewhere, but for its listeners", (host) => {
    const body = (text: string): string[] => {
      const lines = (text.split(`server_name ${host};\n`)[1] ?? "").split("\n").map((line) => line.trim());
      return lines.slice(0, lines.indexOf("server {") < 0 ? lines.lastIndexOf("}") : lines.indexOf("server {"));
    };
    const [there, here] = [body(build()), body(tls)].map((lines) =>
      lines.filter((line) => line !== "" && line !== "}"),
    );
    expect(here?.length).toBeGreaterThan(4);
    expect(here).toEqual(there);
  });

  test("the start script is a script, and runs nginx as the process that Kubernetes ends", () => {
    const script = startScript("/etc/nginx/mastodon", "nginx.conf");
    const { status, stderr } = spawnSync("sh", ["-n"], { input: script, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(script.trimEnd().split("\n").at(-1)).toBe('exec $run -g "daemon off;"');
  });

  test("nginx starts without a certificate, because those servers are in a file of their own", () => {
    expect(plain).toContain("include /tmp/enabled/*.conf;");
    expect(plain).not.toContain("ssl_certificate");
    expect(tls).toContain("ssl_certificate /etc/nginx/certificate/tls.crt;");
  });
});
