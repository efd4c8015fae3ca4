// The job that copies scripts and styles: its specification, and its script against a stand-in for the bucket where there is a Ruby.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  assetsCopyResources,
  assetsJobName,
  assetsJobSpec,
  assetsPolicies,
  assetsScript,
} from "../../components/mastodon/assets/job.ts";
import { workloadDemands } from "../../components/mastodon/demand.ts";
import { podRequests } from "../../components/mastodon/demand.ts";
import { mastodonSettings } from "../support/mastodon-inputs.ts";
import { projectRoot } from "../stacks.ts";

const placement = { nodeSelector: { "mastodon/pool": "sidekiq" }, tolerations: [] };

describe("the job", () => {
  it("is named after the version, the image and the script, so that only another of these runs it again", () => {
    const name = assetsJobName(mastodonSettings({ version: "4.6.8" }));
    expect(name).toMatch(/^assets-copy-4-6-8-[0-9a-f]{8}$/);
    expect(assetsJobName(mastodonSettings({ version: "4.6.8", web: { replicas: 5 } }))).toBe(name);
    expect(assetsJobName(mastodonSettings({ version: "4.6.9" }))).not.toBe(name);
    const ownImage = mastodonSettings({ version: "4.6.8", images: { rails: "registry.example/mastodon" } });
    expect(assetsJobName(ownImage)).not.toBe(name);
  });

  it("runs the version's own image, with the key to the bucket and nothing else", () => {
    const pod = JSON.stringify(assetsJobSpec(mastodonSettings({ version: "4.6.8" }), placement));
    expect(pod).toContain('"image":"ghcr.io/mastodon/mastodon:v4.6.8"');
    expect(pod.match(/"(configMapRef|secretRef)":\{[^}]*\}/g)).toEqual([
      '"configMapRef":{"name":"assets-copy"}',
      '"secretRef":{"name":"assets-copy"}',
    ]);
    expect(pod).toContain('"readOnlyRootFilesystem":true');
    expect(pod).toContain('"automountServiceAccountToken":false');
  });

  it("reaches the internet's port 443 and names, and nobody reaches it; the edge reaches the bucket too", () => {
    const policies = assetsPolicies();
    expect(policies["assets-copy"]).toMatchObject({ ingress: [], policyTypes: ["Ingress", "Egress"] });
    expect(JSON.stringify(policies["assets-copy"]?.egress)).not.toMatch(/2506|10\.116/);
    expect(policies["edge-to-assets"]).toMatchObject({
      podSelector: { matchLabels: { "app.kubernetes.io/component": "edge" } },
      policyTypes: ["Egress"],
      egress: [{ ports: [{ port: 443 }] }],
    });
  });

  it("asks for no more than the migration that comes after it, so that plans need not count both", () => {
    const demands = workloadDemands(mastodonSettings());
    const migration = demands.find(({ role, surge }) => role === "migrate" && surge === 1);
    expect(demands.find(({ role }) => role === "assets-copy")).toMatchObject({ replicas: 0, most: 0, surge: 0 });
    const { millicores, memoryMib } = podRequests(assetsCopyResources);
    expect(migration?.millicores).toBeGreaterThanOrEqual(millicores);
    expect(migration?.memoryMib).toBeGreaterThanOrEqual(memoryMib);
    expect(workloadDemands(mastodonSettings({ assets: { copy: false } })).map(({ role }) => role)).not.toContain(
      "assets-copy",
    );
  });
});

describe("the settings", () => {
  it("refuse pages that load from a bucket which nobody fills", () => {
    expect(() => mastodonSettings({ assets: { copy: false, cdn: true } })).toThrow(/needs mastodon\.assets\.copy/);
    expect(mastodonSettings({ assets: { copy: false, cdn: false } }).assets).toEqual({ copy: false, cdn: false });
    expect(mastodonSettings().assets).toEqual({ copy: true });
  });
});

const hasRuby = spawnSync("ruby", ["--version"]).error === undefined;
const fakes = resolve(projectRoot, "tests/data/assets");
const year = "public, max-age=31536000, immutable";
const script = "packs/assets/application-BcT9Trv6.js";

describe.skipIf(!hasRuby)("the script", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "assets-"));
    put("public", {
      [script]: "new",
      "packs/sw.js": "worker",
      "assets/pghero/application-0123456789abcdef.css": "css",
    });
    const [[name, text] = ["", ""]] = Object.entries(assetsScript());
    writeFileSync(join(folder, name), text);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function put(place: string, files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, place, name)), { recursive: true });
      writeFileSync(join(folder, place, name), text);
    }
  }

  const stored = (name: string) => join(folder, "store", "social-assets", name);
  const uploadShape = z.object({
    key: z.string(),
    acl: z.string(),
    content_type: z.string(),
    cache_control: z.string(),
  });

  /** Runs it, and gives what was uploaded in this run, by its key. */
  function run(variables: Readonly<Record<string, string>> = {}) {
    const log = join(folder, "log");
    rmSync(log, { force: true });
    const { status, stdout, stderr } = spawnSync("ruby", ["-I", fakes, join(folder, "copy.rb")], {
      encoding: "utf8",
      timeout: 60_000,
      env: {
        PATH: process.env["PATH"],
        LANG: "C.UTF-8",
        FAKE_BUCKET: join(folder, "store"),
        FAKE_LOG: log,
        ASSETS_FOLDER: join(folder, "public"),
        ASSETS_BUCKET: "social-assets",
        ASSETS_ENDPOINT: "https://nyc3.digitaloceanspaces.com",
        ASSETS_REGION: "nyc3",
        ASSETS_ACCESS_KEY_ID: "id",
        ASSETS_SECRET_ACCESS_KEY: "key",
        ...variables,
      },
    });
    const lines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    const uploads = lines.map((line) => uploadShape.parse(JSON.parse(line)));
    return { ok: status === 0, text: stdout + stderr, uploads: uploads.toSorted((a, b) => (a.key < b.key ? -1 : 1)) };
  }

  const keys = ({ uploads }: ReturnType<typeof run>) => uploads.map(({ key }) => key);

  it("uploads every file once, public, with its type, and for a year where its name holds a hash", () => {
    const { ok, text, uploads } = run();
    expect(text).toContain("3 files, 3 of them are not in social-assets yet");
    expect(ok).toBe(true);
    expect(uploads).toEqual([
      {
        key: "assets/pghero/application-0123456789abcdef.css",
        acl: "public-read",
        content_type: "text/css; charset=utf-8",
        cache_control: year,
      },
      { key: script, acl: "public-read", content_type: "text/javascript; charset=utf-8", cache_control: year },
      {
        key: "packs/sw.js",
        acl: "public-read",
        content_type: "text/javascript; charset=utf-8",
        cache_control: "public, max-age=300",
      },
    ]);
    expect(run()).toMatchObject({ ok: true, uploads: [] });
  });

  it("leaves the files of other versions where they are", () => {
    put("store/social-assets", { "packs/assets/application-oldoldol.js": "old" });
    expect(run().ok).toBe(true);
    expect(readFileSync(stored("packs/assets/application-oldoldol.js"), "utf8")).toBe("old");
  });

  it("leaves out compressed twins and hidden files, and knows the type of fonts and pictures", () => {
    put("public", {
      [`${script}.gz`]: "z",
      [`${script}.br`]: "z",
      "packs/.vite/manifest.json": "{}",
      "packs/assets/roboto-abcdefgh.woff2": "font",
      "packs/assets/elephant-abcdefgh.svg": "svg",
      "packs/assets/logo-abcdefgh.png": "png",
      "system/secret.png": "not ours",
    });
    const types = Object.fromEntries(run().uploads.map(({ key, content_type }) => [key, content_type]));
    expect(types).toMatchObject({
      "packs/assets/roboto-abcdefgh.woff2": "font/woff2",
      "packs/assets/elephant-abcdefgh.svg": "image/svg+xml",
      "packs/assets/logo-abcdefgh.png": "image/png",
    });
    expect(Object.keys(types)).toHaveLength(6);
  });

  it("uploads again what is of another size, and what has no hash and another content", () => {
    put("store/social-assets", { [script]: "half of it", "packs/sw.js": "wörker".slice(0, 5) });
    put("store/social-assets", { "packs/sw.js": "WORKER" });
    expect(keys(run())).toEqual(["assets/pghero/application-0123456789abcdef.css", script, "packs/sw.js"]);
  });

  it("uploads several at once", () => {
    expect(run({ FAKE_TOGETHER: "3" })).toMatchObject({ ok: true });
  });

  it.each([
    ["the bucket refuses one", { FAKE_REFUSES: script }, "503 Slow Down"],
    [
      "one is not there afterwards",
      { FAKE_LOSES: script },
      `1 files are still missing in social-assets, the first is ${script}`,
    ],
    ["the image has no scripts", { ASSETS_FOLDER: "/nowhere" }, ""],
  ])("fails where %s", (_, variables, message) => {
    const { ok, text } = run(variables);
    expect(ok).toBe(false);
    expect(text).toContain(message);
  });

  it("says so where the image is not Mastodon's", () => {
    rmSync(join(folder, "public", "packs"), { recursive: true });
    const { ok, text } = run();
    expect([ok, text]).toEqual([false, expect.stringContaining("is this Mastodon's own image?")]);
  });
});
