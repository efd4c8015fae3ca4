import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CdnApi } from "../../components/cdn/purge-bridge/service/cdn-api.ts";
import { digitaloceanApi } from "../../components/cdn/purge-bridge/service/digitalocean.ts";
import { isCovered } from "../../components/cdn/purge-bridge/service/collapse.ts";
import { type Service, startService } from "../../components/cdn/purge-bridge/service/service.ts";
import { digitaloceanAnswers, FakeApi, ManualClock, type Received } from "../support/fake-cdn-api.ts";

const token = "dop-secret-token";
const secret = "knock-knock";
const host = "media.social.example";

async function knock(service: Service, url: string, given = secret): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${service.port}/purge`, {
    method: "POST",
    headers: { "x-cdn-purge-secret": given },
    body: JSON.stringify({ url }),
  });
  await response.text();
  return response.status;
}

const file = (index: number) => `media_attachments/files/11${index % 7}/${index}/original/${index}.png`;
const several = (count: number) => Array.from({ length: count }, (_, index) => file(index));

async function knockAll(service: Service, paths: readonly string[]): Promise<void> {
  const queue = [...paths];
  const worker = async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift())
      expect(await knock(service, `https://${host}/${path}`)).toBe(202);
  };
  await Promise.all(Array.from({ length: 25 }, worker));
}

/** How many files each call named. */
function batches(fake: FakeApi): number[] {
  return fake.received.map(({ body }) => {
    const { files }: { files: string[] } = JSON.parse(body);
    return files.length;
  });
}

describe("the purge service in front of DigitalOcean", () => {
  let folder: string;
  let clock: ManualClock;
  let open: (() => Promise<void>)[];
  let logged: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdn-purge-"));
    clock = new ManualClock();
    open = [];
    logged = [];
  });

  afterEach(async () => {
    for (const close of open.toReversed()) await close();
    rmSync(folder, { recursive: true });
  });

  type Answer = ConstructorParameters<typeof FakeApi>[1];

  async function fakeApi(answer: Answer): Promise<{ fake: FakeApi; api: CdnApi }> {
    const fake = new FakeApi(clock, answer);
    const url = await fake.start();
    open.push(() => fake.stop());
    return { fake, api: digitaloceanApi({ api: url, endpointId: "cdn-1", token }) };
  }

  async function serve(api: CdnApi, closeAfter = true): Promise<Service> {
    const service = await startService({
      api,
      clock,
      hosts: [host, "old-media.social.example"],
      secret,
      journal: join(folder, "waiting"),
      port: 0,
      address: "127.0.0.1",
      log: (message, fields) => logged.push(JSON.stringify({ message, ...fields })),
    });
    if (closeAfter) open.push(() => service.stop());
    return service;
  }

  it("purges a thousand files without ever passing a limit", async () => {
    const digitalocean = digitaloceanAnswers(token);
    const { fake, api } = await fakeApi(digitalocean.answer);
    const service = await serve(api, false);
    await knockAll(service, several(1000));
    await service.stop();
    expect(
      several(1000).filter((path) => !digitalocean.purged.includes(path) && !isCovered(path, digitalocean.purged)),
    ).toEqual([]);
    expect(service.metrics.value("retries")).toBe(0);
    expect(Math.max(...batches(fake))).toBeLessThanOrEqual(50);
  });

  it("names each file of a small deletion, and purges no folder", async () => {
    const digitalocean = digitaloceanAnswers(token);
    const { api } = await fakeApi(digitalocean.answer);
    const service = await serve({ ...api, crowding: { above: 1000, to: 1000 } }, false);
    await knockAll(service, several(180));
    await service.stop();
    expect(digitalocean.purged.toSorted()).toEqual(several(180).toSorted());
    expect(service.metrics.value("retries")).toBe(0);
    expect(clock.now()).toBeGreaterThanOrEqual(60_000);
  });

  it("purges a file once that was asked for several times", async () => {
    const digitalocean = digitaloceanAnswers(token);
    const { api } = await fakeApi(digitalocean.answer);
    const service = await serve(api, false);
    await knockAll(service, [file(1), file(1), file(1), file(2)]);
    await service.stop();
    expect(new Set(digitalocean.purged)).toEqual(new Set([file(1), file(2)]));
  });

  it.each([
    ["a fault of the API", { status: 503 }],
    ["a rate limit that somebody else used up", { status: 429, headers: { "retry-after": "120" } }],
    ["a lost connection", "hang up"],
  ] as const)("purges again after %s", async (_, trouble) => {
    const digitalocean = digitaloceanAnswers(token);
    let troubles = 3;
    const { fake, api } = await fakeApi((request) => {
      troubles -= 1;
      return troubles >= 0 ? trouble : digitalocean.answer(request);
    });
    const service = await serve(api, false);
    await knock(service, `https://${host}/${file(1)}`);
    await service.stop();
    expect(digitalocean.purged).toEqual([file(1)]);
    expect(fake.received).toHaveLength(4);
    expect(service.metrics.value("retries")).toBe(3);
  });

  it("waits as long as Retry-After asks, and longer each time without it", async () => {
    const answers: Received[] = [];
    const { fake, api } = await fakeApi((request) => {
      answers.push(request);
      if (answers.length === 1) return { status: 429, headers: { "retry-after": "90" } };
      return answers.length < 5 ? { status: 500 } : { status: 204 };
    });
    const service = await serve(api, false);
    await knock(service, `https://${host}/${file(1)}`);
    await service.stop();
    const [first = 0, ...waits] = fake.received.map(({ at }, index, all) => at - (all[index - 1]?.at ?? at)).slice(1);
    expect(first).toBeGreaterThanOrEqual(90_000);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0);
  });

  it("keeps what waits while the token is wrong, says so, and purges it once it is right", async () => {
    const digitalocean = digitaloceanAnswers(token);
    let isRevoked = true;
    const { api } = await fakeApi((request) => (isRevoked ? { status: 401 } : digitalocean.answer(request)));
    const service = await serve(api, false);
    await knock(service, `https://${host}/${file(1)}`);
    await expect.poll(() => service.metrics.lockedOut).toBe(true);
    expect(service.metrics.text(1)).toContain("cdn_purge_locked_out 1");
    isRevoked = false;
    await service.stop();
    expect(digitalocean.purged).toEqual([file(1)]);
    expect(service.metrics.lockedOut).toBe(false);
  });

  it("gives up the one path that the CDN refuses, and purges the others", async () => {
    const digitalocean = digitaloceanAnswers(token);
    const { api } = await fakeApi((request) =>
      request.body.includes("bad") ? { status: 422 } : digitalocean.answer(request),
    );
    const service = await serve(api, false);
    const paths = [...several(20), "media_attachments/bad.png", ...several(40).slice(20)];
    await knockAll(service, paths);
    await service.stop();
    expect(digitalocean.purged.toSorted()).toEqual(several(40).toSorted());
    expect(service.metrics.value("dropped")).toBe(1);
  });

  it("goes on after a crash with what it had taken", async () => {
    const { api: broken } = await fakeApi(() => ({ status: 500 }));
    const neverAgain: CdnApi = { ...broken, purge: () => new Promise(() => {}) };
    const crashed = await serve(neverAgain, false); // never stopped: the process is gone
    await knockAll(crashed, several(3));
    expect(readFileSync(join(folder, "waiting"), "utf8").trim().split("\n").toSorted()).toEqual(several(3).toSorted());
    const digitalocean = digitaloceanAnswers(token);
    const { api } = await fakeApi(digitalocean.answer);
    const successor = await serve(api, false);
    await successor.stop();
    expect(digitalocean.purged.toSorted()).toEqual(several(3).toSorted());
    expect(readFileSync(join(folder, "waiting"), "utf8")).toBe("");
  });

  it("takes nothing more while it ends, so that Sidekiq keeps the job", async () => {
    const { api } = await fakeApi(() => ({ status: 204 }));
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const slow: CdnApi = {
      ...api,
      async purge(paths) {
        await held;
        return api.purge(paths);
      },
    };
    const service = await serve(slow, false);
    await knock(service, `https://${host}/${file(1)}`);
    const ended = service.stop();
    expect(await knock(service, `https://${host}/${file(2)}`)).toBe(503);
    release();
    await ended;
  });

  it("refuses a wrong secret and every other host, and purges nothing for them", async () => {
    const digitalocean = digitaloceanAnswers(token);
    const { fake, api } = await fakeApi(digitalocean.answer);
    const service = await serve(api);
    expect(await knock(service, `https://${host}/${file(1)}`, "guess")).toBe(401);
    expect(await knock(service, `https://${host}/${file(1)}`, "")).toBe(401);
    for (const url of [
      `https://elsewhere.example/${file(1)}`,
      `http://${host}/${file(1)}`,
      `https://user@${host}/${file(1)}`,
      `https://${host}:8443/${file(1)}`,
      `https://${host}/`,
      `https://${host}/*`,
      `https://${host}/media_attachments/*`,
      `https://${host}/media_attachments/`,
      "media_attachments/1.png",
    ])
      expect(await knock(service, url), url).toBe(422);
    expect(fake.received).toEqual([]);
    expect(service.metrics.value("turned_away")).toBe(11);
  });

  it("serves the old host of a move as well", async () => {
    const digitalocean = digitaloceanAnswers(token);
    const { api } = await fakeApi(digitalocean.answer);
    const service = await serve(api, false);
    expect(await knock(service, `https://old-media.social.example/${file(1)}`)).toBe(202);
    await service.stop();
    expect(digitalocean.purged).toEqual([file(1)]);
  });

  it("answers health and metrics without the secret, and nothing else", async () => {
    const { api } = await fakeApi(() => ({ status: 204 }));
    const service = await serve(api);
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${service.port}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await get("/healthz")).toEqual({ status: 200, text: "ok\n" });
    expect((await get("/metrics")).text).toMatch(
      /^# HELP cdn_purge_accepted_total .*\n# TYPE cdn_purge_accepted_total counter\n/,
    );
    expect((await get("/purge")).status).toBe(405);
    expect((await get("/")).status).toBe(404);
  });

  it("turns away a body that is too large or is no JSON", async () => {
    const { api } = await fakeApi(() => ({ status: 204 }));
    const service = await serve(api);
    const post = async (body: string) => {
      const headers = { "x-cdn-purge-secret": secret };
      const response = await fetch(`http://127.0.0.1:${service.port}/purge`, { method: "POST", headers, body });
      return response.status;
    };
    expect(await post("x".repeat(20_000))).toBe(413);
    expect(await post("{")).toBe(400);
    expect(await post('{"url":1}')).toBe(400);
  });

  it("logs neither the token nor the secret", async () => {
    let calls = 0;
    const { api } = await fakeApi(() => ({ status: (calls += 1) < 3 ? 401 : 204, text: token }));
    const service = await serve(api, false);
    await knock(service, `https://${host}/${file(1)}`);
    await knock(service, `https://${host}/${file(1)}`, "guess");
    await service.stop();
    expect(logged.length).toBeGreaterThan(2);
    expect(logged.join("\n")).not.toMatch(new RegExp(`${token}|${secret}|guess`));
  });
});
