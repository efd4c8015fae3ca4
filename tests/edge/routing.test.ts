// The real nginx with the edge's configuration in front of fakes: what reaches whom, and what reaches nobody.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ask, RawConnection } from "../support/edge-client.ts";
import { domains, type EdgeUnderTest, startEdge } from "../support/edge-under-test.ts";
import { findNginx } from "../support/real-nginx.ts";

const program = await findNginx();

describe.skipIf(program === undefined)("the edge", () => {
  let edge: EdgeUnderTest;
  let http: number;

  beforeAll(async () => {
    edge = await startEdge(program ?? "");
    http = edge.nginx.ports.http;
  });
  beforeEach(() => {
    for (const fake of [edge.web, edge.streaming, edge.bucket]) fake.reset();
  });
  afterAll(() => edge?.stop());

  describe("routing", () => {
    test("sends the site to web, with its path untouched", async () => {
      const { status, body } = await ask(http, domains.web, "/@ada/1?a=%2F&b=ü".replace("ü", "%C3%BC"));
      expect([status, body]).toEqual([200, "ok"]);
      expect(edge.web.arrived.map(({ url }) => url)).toEqual(["/@ada/1?a=%2F&b=%C3%BC"]);
    });

    test.each([domains.web, domains.streaming])("sends streaming's path on %s to streaming", async (host) => {
      for (const path of ["/api/v1/streaming", "/api/v1/streaming/user?token=1"]) await ask(http, host, path);
      expect(edge.streaming.arrived.map(({ url }) => url)).toEqual([
        "/api/v1/streaming",
        "/api/v1/streaming/user?token=1",
      ]);
      expect(edge.web.arrived).toEqual([]);
    });

    test("sends what only begins like streaming's path to web", async () => {
      await ask(http, domains.web, "/api/v1/streaming2");
      expect(edge.streaming.arrived).toEqual([]);
      expect(edge.web.arrived).toHaveLength(1);
    });

    test("upgrades to a websocket and passes on what is said both ways", async () => {
      const socket = await RawConnection.open(http);
      socket.write(
        `GET /api/v1/streaming HTTP/1.1\r\nHost: ${domains.streaming}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
      await socket.until("101 Switching Protocols");
      socket.write("hello");
      await socket.until("hellohello");
      socket.close();
      expect(edge.streaming.arrived[0]?.headers).toMatchObject({
        host: domains.streaming,
        upgrade: "websocket",
        "sec-websocket-key": "k",
      });
    });

    test("answers other servers' look-ups on the local domain with the way to the site", async () => {
      const { status, headers } = await ask(
        http,
        domains.local,
        "/.well-known/webfinger?resource=acct:ada@social.example",
      );
      expect([status, headers.location]).toEqual([
        301,
        `https://${domains.web}/.well-known/webfinger?resource=acct:ada@social.example`,
      ]);
      expect(headers["access-control-allow-origin"]).toBe("*");
    });

    test("answers probes on any host and turns everything else of unknown hosts away", async () => {
      expect(await ask(http, "10.100.0.7:8080", "/healthz")).toMatchObject({ status: 200, body: "ok\n" });
      expect(await ask(http, "elsewhere.example", "/")).toMatchObject({ status: 421 });
      expect(edge.web.arrived).toEqual([]);
    });
  });

  describe("closed paths", () => {
    const spellings =
      "/sidekiq /sidekiq/queues //sidekiq /./sidekiq /a/../sidekiq /%73idekiq /sidekiq?x /sidekiq.json /sidekiq;x/queues " +
      "/sidekiq%20 /%2Fsidekiq /pghero /pghero/queries /metrics /metrics/ " +
      "/api/v1/streaming/../../../metrics /api/v1/streaming/%2e%2e/%2e%2e/%2e%2e/metrics";
    test.each(spellings.split(" "))("nobody outside reaches %s", async (path) => {
      for (const host of [domains.web, domains.streaming]) expect((await ask(http, host, path)).status).toBe(404);
      expect([...edge.web.arrived, ...edge.streaming.arrived, ...edge.bucket.arrived]).toEqual([]);
    });

    test.each(["/@sidekiq", "/tags/metrics", "/sidekiq2"])("%s is an ordinary page", async (path) => {
      await ask(http, domains.web, path);
      expect(edge.web.arrived.map(({ url }) => url)).toEqual([path]);
    });

    test("operators reach them from the pod itself, as the site's own host", async () => {
      edge.web.answer = () => ({ status: 302, headers: { location: `https://${domains.web}/auth/sign_in` } });
      const headers = { origin: "http://localhost:8082" };
      const reply = await ask(edge.nginx.ports.operators, "localhost:8082", "/sidekiq/queues", { headers });
      expect(edge.web.arrived[0]).toMatchObject({
        url: "/sidekiq/queues",
        headers: { host: domains.web, origin: `https://${domains.web}`, "x-forwarded-proto": "https" },
      });
      expect(new URL(reply.headers.location ?? "", "http://localhost:8082").href).toBe(
        "http://localhost:8082/auth/sign_in",
      );
    });

    test("Prometheus reaches nginx' counters on their own port only", async () => {
      const { status, body } = await ask(edge.nginx.ports.metrics, "10.100.0.7:9113", "/metrics");
      expect(status).toBe(200);
      expect(body).toMatch(/^nginx_connections_active \d+$/m);
    });
  });

  describe("what web is told", () => {
    const forged = {
      "client-ip": "192.0.2.66",
      forwarded: "for=192.0.2.66;host=evil.example",
      proxy: "http://evil.example",
      "x-accel-mapping": "/=/",
      "x-forwarded-for": "192.0.2.66, 10.100.0.66, 203.0.113.7",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      "x-queue-start": "t=1.0",
      "x-real-ip": "192.0.2.66",
      "x-request-start": "t=1.0",
      "x-sendfile-type": "X-Accel-Redirect",
    };

    test("the client's address is the one that the load balancer appended, whatever the client wrote itself", async () => {
      await ask(http, domains.web, "/", { headers: forged });
      const headers = edge.web.arrived[0]?.headers ?? {};
      expect([headers["x-forwarded-for"], headers["x-real-ip"]]).toEqual(["203.0.113.7", "203.0.113.7"]);
      expect(JSON.stringify(headers)).not.toMatch(/192\.0\.2\.66|10\.100\.0\.66|evil|t=1\.0|x-accel|sendfile/i);
      expect(headers).toMatchObject({ host: domains.web, "x-forwarded-proto": "https" });
    });

    test("an address without a proxy in front is the connection's own", async () => {
      const direct = await startEdge(program ?? "", { changes: { proxies: ["10.100.0.0/16"] } });
      try {
        await ask(direct.nginx.ports.http, domains.web, "/", { headers: { "x-forwarded-for": "203.0.113.7" } });
        expect(direct.web.arrived[0]?.headers["x-forwarded-for"]).toBe("127.0.0.1");
      } finally {
        await direct.stop();
      }
    });

    test("further proxies that the settings name are believed too, and nobody left of the first stranger", async () => {
      const behind = await startEdge(program ?? "", { changes: { proxies: ["127.0.0.1/32", "198.51.100.0/24"] } });
      const forwarded = "192.0.2.66, 203.0.113.9, 198.51.100.4";
      try {
        await ask(behind.nginx.ports.http, domains.web, "/", { headers: { "x-forwarded-for": forwarded } });
        expect(behind.web.arrived[0]?.headers["x-forwarded-for"]).toBe("203.0.113.9");
      } finally {
        await behind.stop();
      }
    });

    test("when the request was complete, in seconds with three decimals as the exporter reads them", async () => {
      await ask(http, domains.web, "/");
      expect(edge.web.arrived[0]?.headers["x-request-start"]).toMatch(/^t=\d{10}\.\d{3}$/);
    });

    test("each request comes on a connection of its own, so that no pod keeps or loses clients", async () => {
      for (const path of ["/1", "/2"]) await ask(http, domains.web, path);
      expect(new Set(edge.web.arrived.map(({ connection }) => connection)).size).toBe(2);
      expect(edge.web.arrived.map(({ headers }) => headers.connection)).toEqual(["close", "close"]);
    });
  });
});
