// The real nginx' limits: floods stop at the edge, people and applications never meet it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { edgeLimitsSchema } from "../../components/mastodon/edge/settings.ts";
import { ask, type Asked } from "../support/edge-client.ts";
import { domains, type EdgeUnderTest, startEdge } from "../support/edge-under-test.ts";
import { findNginx } from "../support/real-nginx.ts";

const program = await findNginx();

/** Three at once, and then one a minute: no test waits for the next. */
const strict = { perMinute: 1, burst: 2 };
const limits = edgeLimitsSchema.parse({
  signUp: strict,
  search: strict,
  mediaProxy: strict,
  exempt: ["192.0.2.0/24", "2001:db8:e::/48"],
});

/** Each test is other clients. */
let clients = 0;
const newClient = () => `198.51.${Math.floor((clients += 1) / 250)}.${(clients % 250) + 1}`;

const times = (count: number, path: string) => Array.from({ length: count }, () => path);

describe.skipIf(program === undefined)("limits at the edge", () => {
  let edge: EdgeUnderTest;

  const statuses = async (from: string | readonly string[], paths: readonly string[], asked: Asked = {}) => {
    const found: number[] = [];
    for (const [index, path] of paths.entries()) {
      const client = typeof from === "string" ? from : (from[index] ?? "");
      const headers = { ...asked.headers, "x-forwarded-for": client };
      found.push((await ask(edge.nginx.ports.http, domains.web, path, { ...asked, headers })).status);
    }
    return found;
  };

  beforeAll(async () => {
    edge = await startEdge(program ?? "", { changes: { limits } });
  });
  beforeEach(() => edge.web.reset());
  afterAll(() => edge?.stop());

  test.each([
    ["POST", "/auth"],
    ["POST", "/auth/sign_in"],
    ["POST", "/auth/password"],
    ["POST", "/auth/confirmation"],
    ["POST", "/api/v1/accounts"],
    ["POST", "/api/v1/emails/confirmations"],
    ["GET", "/api/v2/search?q=a&type=accounts"],
    ["GET", "/api/v1/accounts/search?q=a"],
    ["GET", "/search?q=a"],
    ["GET", "/media_proxy/113/original"],
  ])("%s %s is let through until the client is over its limit", async (method, path) => {
    expect(await statuses(newClient(), times(5, path), { method })).toEqual([200, 200, 200, 429, 429]);
    expect(edge.web.arrived).toHaveLength(3);
  });

  test("the refusal says when to come back, in the form that applications know", async () => {
    const client = newClient();
    await statuses(client, times(3, "/api/v2/search"));
    const headers = { "x-forwarded-for": client, origin: "https://client.example" };
    const reply = await ask(edge.nginx.ports.http, domains.web, "/api/v2/search", { headers });
    expect(reply).toMatchObject({
      status: 429,
      headers: { "retry-after": "60", "content-type": "application/json", "access-control-allow-origin": "*" },
    });
    expect(JSON.parse(reply.body)).toEqual({ error: "Too many requests" });
  });

  test("no other spelling of the path gets around it", async () => {
    const paths = ["/auth", "//auth", "/%61uth", "/auth/", "/./auth", "/auth.json"];
    expect(await statuses(newClient(), paths, { method: "POST" })).toEqual([200, 200, 200, 429, 429, 429]);
  });

  test("no forged address gets around it", async () => {
    const client = newClient();
    const forged = ["192.0.2.1", "203.0.113.1", "127.0.0.1", "10.100.0.1"].map((one) => `${one}, ${client}`);
    expect(await statuses(forged, times(4, "/auth"), { method: "POST" })).toEqual([200, 200, 200, 429]);
  });

  test("one client's flood is not another's", async () => {
    const [one, other] = [newClient(), newClient()];
    expect(await statuses([one, one, one, one, other], times(5, "/search"))).toEqual([200, 200, 200, 429, 200]);
  });

  test("an IPv6 client's 64 bits of addresses are one client, and its neighbour another", async () => {
    const from = ["2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:1:ffff::3", "2001:db8:1:1::4", "2001:db8:1:2::1"];
    expect(await statuses(from, times(5, "/search"))).toEqual([200, 200, 200, 429, 200]);
  });

  test("signing up, searching and the media proxy are counted apart", async () => {
    const client = newClient();
    await statuses(client, times(4, "/search"));
    expect(await statuses(client, ["/media_proxy/1/original"])).toEqual([200]);
    expect(await statuses(client, ["/auth"], { method: "POST" })).toEqual([200]);
  });

  test.each(["192.0.2.9", "2001:db8:e::1"])("%s is exempt", async (client) => {
    expect(new Set(await statuses(client, times(8, "/search")))).toEqual(new Set([200]));
  });

  test.each([
    ["GET", "/api/v1/timelines/home"],
    ["POST", "/api/v1/statuses"],
    ["POST", "/inbox"],
    ["POST", "/users/ada/inbox"],
    ["POST", "/oauth/token"],
    ["POST", "/api/v1/apps"],
    ["POST", "/api/v1/accounts/1/follow"],
    ["GET", "/auth/sign_in"],
    ["GET", "/api/v1/accounts/1"],
    ["OPTIONS", "/api/v2/search"],
    ["GET", "/@search"],
    ["GET", "/authorize_interaction"],
  ])("%s %s has no limit here", async (method, path) => {
    expect(new Set(await statuses(newClient(), times(12, path), { method }))).toEqual(new Set([200]));
  });

  test("they can be switched off", async () => {
    const open = await startEdge(program ?? "", { changes: { limits: { ...limits, enabled: false } } });
    try {
      for (const _ of [1, 2, 3, 4, 5, 6])
        expect((await ask(open.nginx.ports.http, domains.web, "/auth", { method: "POST" })).status).toBe(200);
    } finally {
      await open.stop();
    }
  });

  test("the defaults let a household sign in, search while typing and scroll through pictures", async () => {
    const usual = await startEdge(program ?? "");
    const many = async (count: number, method: string, path: string) => {
      const replies = await Promise.all(
        Array.from({ length: count }, () => ask(usual.nginx.ports.http, domains.web, path, { method })),
      );
      return new Set(replies.map(({ status }) => status));
    };
    try {
      // Mastodon's own limits for an address in five and in ten minutes.
      expect(await many(25, "POST", "/auth/sign_in")).toEqual(new Set([200]));
      expect(await many(30, "GET", "/media_proxy/1/original")).toEqual(new Set([200]));
      expect(await many(40, "GET", "/api/v2/search")).toEqual(new Set([200]));
      expect(await many(60, "POST", "/auth/sign_in")).toContain(429);
    } finally {
      await usual.stop();
    }
  });
});
