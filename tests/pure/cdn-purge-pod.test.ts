import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serviceFiles } from "../../components/cdn/purge-bridge/pod.ts";
import { cachePurgeFiles, cachePurgeMount, cachePurgeSidekiqVariables } from "../../components/mastodon/cache-purge.ts";
import { digitaloceanAnswers, FakeApi, ManualClock } from "../support/fake-cdn-api.ts";

/** The files as a kubelet mounts a ConfigMap: links to links, in a folder without anything else. */
function mount(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "cdn-purge-pod-"));
  mkdirSync(join(folder, "..2026_12_01"));
  symlinkSync("..2026_12_01", join(folder, "..data"));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, "..2026_12_01", name), text);
    symlinkSync(join("..data", name), join(folder, name));
  }
  return folder;
}

describe("the files of the purge service", () => {
  let code: string;
  let state: string;
  let api: FakeApi;
  let child: ChildProcess;
  let printed: string;
  const digitalocean = digitaloceanAnswers("do-token");

  beforeEach(async () => {
    code = mount(serviceFiles());
    state = mkdtempSync(join(tmpdir(), "cdn-purge-state-"));
    api = new FakeApi(new ManualClock(), digitalocean.answer);
    printed = "";
    const env = {
      ADDRESS: "127.0.0.1",
      CDN_API: await api.start(),
      CDN_ID: "cdn-1",
      CDN_KIND: "spaces",
      CDN_TOKEN: "do-token",
      GRACE_SECONDS: "20",
      JOURNAL: join(state, "waiting"),
      MEDIA_HOSTS: "media.social.example",
      PORT: "0",
      PURGE_SECRET: "knock-knock",
    };
    child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(code, "main.ts")], { env });
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (printed += String(data)));
  });

  afterEach(async () => {
    if (child.exitCode === null) child.kill("SIGKILL");
    await api.stop();
    for (const folder of [code, state]) rmSync(folder, { recursive: true });
  });

  async function port(): Promise<number> {
    await expect.poll(() => printed, { timeout: 20_000 }).toContain('"ready"');
    return Number(/"port":(\d+)/.exec(printed)?.[1]);
  }

  it("run by themselves, purge what they are handed before they end, and print no secret", async () => {
    const response = await fetch(`http://127.0.0.1:${await port()}/purge`, {
      method: "POST",
      headers: { "X-Cdn-Purge-Secret": "knock-knock" },
      body: JSON.stringify({ url: "https://media.social.example/media_attachments/1.png" }),
    });
    expect(response.status).toBe(202);
    child.kill("SIGTERM");
    const [exitCode] = await once(child, "exit");
    expect(exitCode, printed).toBe(0);
    expect(digitalocean.purged).toEqual(["media_attachments/1.png"]);
    expect(printed).not.toMatch(/do-token|knock-knock|Warning/);
  });

  it("import nothing but each other and Node", () => {
    const imports = Object.values(serviceFiles()).flatMap((text) =>
      [...text.matchAll(/ from "([^"]+)"/g)].map(([, name]) => name),
    );
    expect(imports.length).toBeGreaterThan(10);
    for (const name of imports) expect(name).toMatch(/^(node:[a-z]+|\.\/[a-z0-9-]+\.ts)$/);
  });

  it("fit a ConfigMap, whose limit is 1 MiB, many times over", () => {
    expect(JSON.stringify(serviceFiles()).length).toBeLessThan(100_000);
  });
});

describe("Mastodon's side of the purge", () => {
  const purge = { url: "http://cdn-purge:8080/purge", secret: "knock-knock" };
  const [initializer = ""] = Object.values(cachePurgeFiles(purge));

  it("goes to the service, with its secret from the environment and past any proxy", () => {
    expect(initializer).toContain("URI('http://cdn-purge:8080/purge')");
    expect(initializer).toContain("'X-Cdn-Purge-Secret' => ENV.fetch('CACHE_BUSTER_SECRET')");
    expect(initializer).toContain("Net::HTTP.new(ADDRESS.host, ADDRESS.port, nil)");
    expect(initializer).not.toContain("knock-knock");
  });

  it("lets Sidekiq start when Mastodon no longer has the method, and says so", () => {
    expect(initializer).toMatch(
      /defined\?\(CacheBuster\) && CacheBuster\.method_defined\?\(:bust\)[\s\S]*else[\s\S]*logger\.error/,
    );
  });

  it("hides no other initializer of the image", () => {
    expect(cachePurgeMount.subPath).toBe("zz_cdn_purge.rb");
    expect(cachePurgeMount.mountPath).toMatch(/\/zz_cdn_purge\.rb$/);
  });

  it("never names the header to Mastodon's own buster, which would send the secret to the CDN", () => {
    expect(Object.keys(cachePurgeSidekiqVariables(purge))).toEqual(["CACHE_BUSTER_ENABLED", "CACHE_BUSTER_SECRET"]);
    expect(cachePurgeSidekiqVariables(undefined)).toEqual({});
  });
});
