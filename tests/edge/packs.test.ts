// The real nginx and scripts of two versions: one in the pods, the other in the bucket that keeps all.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ask } from "../support/edge-client.ts";
import { bucketHost, domains, type EdgeUnderTest, startEdge } from "../support/edge-under-test.ts";
import type { Arrived } from "../support/fake-upstream.ts";
import { findNginx } from "../support/real-nginx.ts";

const program = await findNginx();

const year = "public, max-age=31536000, immutable";
const railsCaching = "public, max-age=2419200, must-revalidate";
const pack = (name: string) => ({
  headers: { "cache-control": railsCaching, "content-type": "text/javascript" },
  body: name,
});

describe.skipIf(program === undefined)("scripts and styles during a roll", () => {
  let edge: EdgeUnderTest;
  /** A path that no other test has asked for, because the edge keeps what it got. */
  let count = 0;
  const fresh = (name = "application") => `/packs/assets/${name}-${String((count += 1)).padStart(8, "h")}.js`;
  const get = (path: string, headers: Record<string, string> = {}) =>
    ask(edge.nginx.ports.http, domains.web, path, { headers });

  beforeAll(async () => {
    edge = await startEdge(program ?? "");
  });
  beforeEach(() => {
    for (const fake of [edge.web, edge.bucket]) fake.reset();
    edge.web.answer = ({ url }: Arrived) => pack(`web ${url}`);
    edge.bucket.answer = ({ url }: Arrived) => pack(`bucket ${url}`);
  });
  afterAll(() => edge?.stop());

  test("those of this version come from web once, and may be kept for a year", async () => {
    const path = fresh();
    for (const _ of [1, 2]) {
      const { status, headers, body } = await get(path);
      expect([status, headers["cache-control"], headers["content-type"], body]).toEqual([
        200,
        year,
        "text/javascript",
        `web ${path}`,
      ]);
    }
    expect(edge.web.arrived).toHaveLength(1);
    expect(edge.bucket.arrived).toEqual([]);
  });

  test("those of another version, which this pod does not have, come from the bucket", async () => {
    edge.web.answer = () => ({ status: 404, body: "<html>" });
    const path = fresh();
    for (const _ of [1, 2]) {
      const { status, headers, body } = await get(path);
      expect([status, headers["cache-control"], body]).toEqual([200, year, `bucket ${path}`]);
    }
    expect(edge.bucket.arrived).toHaveLength(1);
  });

  test("the bucket hears nothing of the client: no cookie, no token, no address", async () => {
    edge.web.answer = () => ({ status: 404 });
    await get(fresh(), {
      cookie: "_session_id=secret",
      authorization: "Bearer secret",
      referer: "https://private.example",
    });
    const { headers } = edge.bucket.arrived[0] ?? {};
    expect(headers).toEqual({ host: bucketHost, connection: "close" });
  });

  test("what neither has is missing, and is found as soon as it is there", async () => {
    edge.web.answer = () => ({ status: 404 });
    edge.bucket.answer = () => ({ status: 403, body: "<Error><Code>AccessDenied</Code></Error>" });
    const path = fresh();
    const { status, headers, body } = await get(path);
    expect([status, headers["cache-control"], body]).toEqual([404, "no-store", "not found\n"]);
    edge.web.answer = () => pack("now");
    expect(await get(path)).toMatchObject({ status: 200, body: "now" });
  });

  test("the bucket serves while no web pod answers", async () => {
    edge.web.answer = () => "hang up";
    const path = fresh();
    expect(await get(path)).toMatchObject({ status: 200, body: `bucket ${path}` });
  });

  test("a bucket that is not to be had is a missing file, not an error of the site", async () => {
    edge.web.answer = () => ({ status: 404 });
    edge.bucket.answer = () => "hang up";
    expect((await get(fresh())).status).toBe(404);
  });

  test("a name without a hash is asked for anew each time, and Rails says how long it may be kept", async () => {
    for (const _ of [1, 2]) expect((await get("/packs/sw.js")).headers["cache-control"]).toBe(railsCaching);
    expect(edge.web.arrived).toHaveLength(2);
  });

  test("clients that take compressed files and those that do not get each their own", async () => {
    const path = fresh();
    edge.web.answer = ({ headers }: Arrived) =>
      headers["accept-encoding"] === "gzip"
        ? { ...pack("compressed"), headers: { "content-encoding": "gzip", vary: "Accept-Encoding" } }
        : pack("plain");
    expect((await get(path, { "accept-encoding": "br, gzip, zstd" })).body).toBe("compressed");
    expect((await get(path, { "accept-encoding": "identity" })).body).toBe("plain");
    expect((await get(path, { "accept-encoding": "gzip" })).body).toBe("compressed");
    expect(edge.web.arrived).toHaveLength(2);
  });

  test("nothing but plain names goes to the bucket, and only to be read", async () => {
    edge.web.answer = () => ({ status: 404, body: "Rails" });
    for (const path of [
      "/packs/a%0d%0aX-Evil:1-abcdefgh.js",
      "/packs/a%20b-abcdefgh.js",
      "/packs/%3Facl",
      "/packs/../secret",
    ])
      expect((await get(path)).body, path).toBe("Rails");
    for (const method of ["POST", "PUT", "DELETE"])
      expect((await ask(edge.nginx.ports.http, domains.web, fresh(), { method })).status, method).toBe(403);
    expect(edge.bucket.arrived).toEqual([]);
  });

  test("the query is no part of the name", async () => {
    edge.web.answer = () => ({ status: 404 });
    const path = fresh();
    await get(`${path}?acl`);
    expect(edge.bucket.arrived.map(({ url }) => url)).toEqual([path]);
  });
});

describe.skipIf(program === undefined)("scripts and styles", () => {
  test("are not taken from whoever pretends to be the bucket", async () => {
    const edge = await startEdge(program ?? "", { bucketCertifiedFor: "evil.example" });
    try {
      edge.web.answer = () => ({ status: 404 });
      edge.bucket.answer = () => pack("evil");
      const { status } = await ask(edge.nginx.ports.http, domains.web, "/packs/assets/application-abcdefgh.js");
      expect([status, edge.bucket.arrived]).toEqual([404, []]);
    } finally {
      await edge.stop();
    }
  });

  test("are web's own where there is no bucket", async () => {
    const edge = await startEdge(program ?? "", { changes: { assetsHost: undefined } });
    try {
      edge.web.answer = () => ({ status: 404, body: "Rails" });
      const reply = await ask(edge.nginx.ports.http, domains.web, "/packs/assets/application-abcdefgh.js");
      expect(reply).toMatchObject({ status: 404, body: "Rails" });
      expect(edge.bucket.arrived).toEqual([]);
    } finally {
      await edge.stop();
    }
  });
});
