// The real nginx when something goes wrong: pods that are gone, clients that are slow or send too much, and its own end.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ask, RawConnection } from "../support/edge-client.ts";
import { domains, edgeOptions, type EdgeUnderTest, startEdge } from "../support/edge-under-test.ts";
import { FakeUpstream } from "../support/fake-upstream.ts";
import { findNginx, RealNginx } from "../support/real-nginx.ts";

const program = await findNginx();

describe.skipIf(program === undefined)("while pods are missing", () => {
  let nginx: RealNginx;

  beforeAll(async () => {
    nginx = await RealNginx.prepare(program ?? "", edgeOptions());
    await nginx.start();
  });
  afterAll(() => nginx?.stop());

  test.each(["GET", "HEAD", "POST", "PUT", "DELETE"])("a %s is told to come back later", async (method) => {
    const { status, headers } = await ask(nginx.ports.http, domains.web, "/users/ada/inbox", { method });
    expect([status, headers["retry-after"], headers["cache-control"]]).toEqual([503, "60", "no-store"]);
  });

  test("people are shown a page that needs nothing else", async () => {
    const { headers, body } = await ask(nginx.ports.http, domains.web, "/");
    expect(headers["content-type"]).toBe("text/html");
    expect(body).toContain(`${domains.web} is being looked after`);
    expect(body).not.toMatch(/<(script|link|img)/);
  });

  test("the page itself has no address", async () => {
    expect((await ask(nginx.ports.http, domains.web, "/maintenance.html")).status).toBe(404);
  });

  test("probes are answered all the same, so that nobody restarts the edge for it", async () => {
    expect((await ask(nginx.ports.http, "10.100.0.7", "/healthz")).status).toBe(200);
  });
});

describe.skipIf(program === undefined)("web in trouble", () => {
  let edge: EdgeUnderTest;
  let http: number;

  beforeAll(async () => {
    edge = await startEdge(program ?? "");
    http = edge.nginx.ports.http;
  });
  beforeEach(() => edge.web.reset());
  afterAll(() => edge?.stop());

  test("what Mastodon itself says is passed on, whatever its status", async () => {
    for (const status of [404, 410, 422, 429, 500, 503]) {
      edge.web.answer = () => ({ status, body: `Mastodon says ${status}`, headers: { "retry-after": "7" } });
      expect(await ask(http, domains.web, "/")).toMatchObject({
        status,
        body: `Mastodon says ${status}`,
        headers: { "retry-after": "7" },
      });
    }
  });

  test("a question that a dying pod dropped is asked once more", async () => {
    edge.web.answer = () => (edge.web.arrived.length === 1 ? "hang up" : { body: "second" });
    expect(await ask(http, domains.web, "/")).toMatchObject({ status: 200, body: "second" });
  });

  test("what may have been done already is never sent twice", async () => {
    edge.web.answer = () => "hang up";
    expect((await ask(http, domains.web, "/users/ada/inbox", { method: "POST", body: "{}" })).status).toBe(503);
    expect(edge.web.arrived).toHaveLength(1);
  });

  test("long headers are passed on", async () => {
    edge.web.answer = () => ({ headers: { "content-security-policy": "x".repeat(6000), link: "y".repeat(6000) } });
    const { status, headers } = await ask(http, domains.web, "/");
    expect([status, headers.link?.length]).toEqual([200, 6000]);
  });
});

describe.skipIf(program === undefined)("what clients send", () => {
  let edge: EdgeUnderTest;
  let http: number;
  const mebibyte = 2 ** 20;

  beforeAll(async () => {
    edge = await startEdge(program ?? "");
    http = edge.nginx.ports.http;
  });
  beforeEach(() => edge.web.reset());
  afterAll(() => edge?.stop());

  test("an upload up to the limit arrives whole", async () => {
    const body = "u".repeat(mebibyte);
    expect((await ask(http, domains.web, "/api/v2/media", { method: "POST", body })).status).toBe(200);
    expect(edge.web.arrived[0]?.body.length).toBe(mebibyte);
  });

  test("a larger one is refused before web hears of it, whether its length is told or not", async () => {
    const headers = { "content-length": String(mebibyte + 1) };
    const told = await RawConnection.open(http);
    told.write(
      `POST /api/v2/media HTTP/1.1\r\nHost: ${domains.web}\r\nContent-Length: ${headers["content-length"]}\r\n\r\n`,
    );
    await told.until("413 Request Entity Too Large");
    told.close();
    const untold = await RawConnection.open(http);
    untold.write(`POST /api/v2/media HTTP/1.1\r\nHost: ${domains.web}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    untold.write(`${(mebibyte + 1).toString(16)}\r\n${"u".repeat(mebibyte + 1)}\r\n0\r\n\r\n`);
    await untold.until("413 Request Entity Too Large");
    untold.close();
    expect(edge.web.arrived).toEqual([]);
  });

  test("a slow client holds none of web's threads: web hears of it when all is there", async () => {
    const slow = await RawConnection.open(http);
    slow.write(`POST /api/v1/statuses HTTP/1.1\r\nHost: ${domains.web}\r\nContent-Length: 6\r\n\r\nsl`);
    // Others are served meanwhile, and each of them gives nginx the time to pass on what it has, if it would.
    for (const path of ["/1", "/2", "/3"]) await ask(http, domains.web, path);
    expect(edge.web.begun).toEqual(["/1", "/2", "/3"]);
    slow.write("owly");
    await slow.until("200 OK");
    slow.close();
    expect(edge.web.arrived.at(-1)).toMatchObject({ url: "/api/v1/statuses", body: "slowly" });
  });

  test("a client that never finishes its request line keeps nobody else waiting", async () => {
    const silent = await Promise.all(Array.from({ length: 50 }, () => RawConnection.open(http)));
    for (const one of silent) one.write("GET / HTT");
    expect((await ask(http, domains.web, "/")).status).toBe(200);
    for (const one of silent) one.close();
    expect(edge.web.arrived).toHaveLength(1);
  });
});

describe.skipIf(program === undefined)("the end of an edge pod", () => {
  test("what has begun is finished, and nothing new is taken", async () => {
    const web = new FakeUpstream();
    const nginx = await RealNginx.prepare(program ?? "", edgeOptions(), { web: await web.start() });
    await nginx.start();
    try {
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      web.answer = async () => {
        begun.resolve();
        await gate.promise;
        return { body: "finished" };
      };
      const reply = ask(nginx.ports.http, domains.web, "/");
      await begun.promise;
      const ended = nginx.quit();
      await nginx.refusing();
      gate.resolve();
      expect(await reply).toMatchObject({ status: 200, body: "finished" });
      expect(await ended).toBe(0);
    } finally {
      await nginx.stop();
      await web.stop();
    }
  });
});
