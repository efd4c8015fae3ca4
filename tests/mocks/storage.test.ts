import { beforeAll, describe, expect, it } from "vitest";
import { recordProgram, type Recorded } from "../../src/dump/record.ts";
import { stackFile, stackNames, withSecrets } from "../stacks.ts";

const spaces = (registrations: readonly Recorded[], className: string) =>
  registrations.filter(({ type }) => type.endsWith(`:${className}`));
const named = (registrations: readonly Recorded[], name: string) =>
  registrations.find((one) => one.custom && one.name === name)?.inputs;

/** The production settings with other storage settings for one bucket. */
function prodWith(purpose: string, changes: object) {
  const raw = withSecrets(stackFile("prod"));
  const storage: unknown = raw["storage"];
  const own: unknown = typeof storage === "object" && storage !== null ? Reflect.get(storage, purpose) : {};
  return { ...raw, storage: { ...Object(storage), [purpose]: { ...Object(own), ...changes } } };
}

describe.each(stackNames)("the buckets of %s", (stack) => {
  let registrations: readonly Recorded[];
  beforeAll(async () => {
    ({ registrations } = await recordProgram(withSecrets(stackFile(stack)), stack));
  });

  it("lie in New York, and the backups in San Francisco", () => {
    const places = Object.fromEntries(
      spaces(registrations, "SpacesBucket").map(({ name, inputs }) => [name, inputs["region"]]),
    );
    expect(places).toEqual({
      "media-bucket": "nyc3",
      "assets-bucket": "nyc3",
      "docs-bucket": "nyc3",
      "backups-bucket": "sfo3",
    });
  });

  it("are listed to nobody, whatever single objects are", () => {
    for (const { name, inputs } of spaces(registrations, "SpacesBucket")) expect(inputs["acl"], name).toBe("private");
    expect(spaces(registrations, "SpacesBucketPolicy")).toEqual([]);
  });

  it("keep old versions for a time, and nothing that is of no use to anybody", () => {
    for (const { name, inputs } of spaces(registrations, "SpacesBucket")) {
      expect(inputs, name).toMatchObject({
        versioning: { enabled: true },
        lifecycleRules: [
          {
            enabled: true,
            noncurrentVersionExpiration: { days: name === "backups-bucket" ? 35 : 30 },
            expiration: { expiredObjectDeleteMarker: true },
            abortIncompleteMultipartUploadDays: 7,
          },
        ],
      });
    }
  });

  it("are opened by a key for each that uses one, and each key to its own bucket only", () => {
    const keys = spaces(registrations, "SpacesKey").map(({ name, inputs }) => ({ name, grants: inputs["grants"] }));
    const grants = (bucket: string, permission = "readwrite") => [
      { bucket: named(registrations, bucket)?.["name"], permission },
    ];
    const backupKeys = [
      { name: "backup-access-key", grants: grants("backups-bucket") },
      { name: "backup-media-access-key", grants: grants("media-bucket", "read") },
      { name: "drill-access-key", grants: grants("backups-bucket", "read") },
    ];
    expect(keys.toSorted(({ name: a }, { name: b }) => (a < b ? -1 : 1))).toEqual([
      { name: "assets-access-key", grants: grants("assets-bucket") },
      ...(stack === "shop" ? [] : backupKeys),
      { name: "media-access-key", grants: grants("media-bucket") },
      { name: "upgrades-access-key", grants: grants("backups-bucket") },
      ...(stack === "shop" ? ["queue-1", "queue-2"] : []).map((worker) => ({
        name: `worker-access-${worker}-key`,
        grants: grants("media-bucket"),
      })),
    ]);
  });

  it("may be read by scripts of the server's own pages, and written by nobody's", () => {
    const web = stack === "shop" ? "https://shop.example" : "https://social.example";
    const media = stack === "shop" ? "https://media.shop.example" : "https://media.social.example";
    const rules = Object.fromEntries(
      spaces(registrations, "SpacesBucketCorsConfiguration").map(({ name, inputs }) => [name, inputs["corsRules"]]),
    );
    const reading = {
      allowedMethods: ["GET", "HEAD"],
      exposeHeaders: expect.arrayContaining(["Content-Range", "Content-Length", "ETag"]),
    };
    expect(rules).toEqual({
      "media-cors": [expect.objectContaining({ ...reading, allowedOrigins: [web, media] })],
      "assets-cors": [expect.objectContaining({ ...reading, allowedOrigins: [web] })],
      "docs-cors": [expect.objectContaining({ ...reading, allowedOrigins: [web] })],
    });
  });
});

describe("the documentation site's objects", () => {
  it("are public, in the documentation's bucket, and gone with their files", async () => {
    const { registrations, outputs } = await recordProgram(withSecrets(stackFile("prod")));
    const objects = spaces(registrations, "SpacesBucketObject").filter(({ name }) => name.startsWith("docs-site-"));
    expect(objects.map(({ inputs }) => inputs["key"])).toEqual(
      expect.arrayContaining(["index.html", "rules/index.html", "rules/", "style.css", "icon.svg", "robots.txt"]),
    );
    for (const { name, parents, inputs } of objects) {
      expect(parents, name).toEqual(["mastodon:storage:StaticSite"]);
      expect(inputs, name).toMatchObject({
        bucket: "social-example-docs",
        region: "nyc3",
        acl: "public-read",
        forceDestroy: true,
        contentType: expect.stringContaining("/"),
        cacheControl: expect.stringMatching(/^public, max-age=\d+/),
      });
      expect(inputs, name).not.toHaveProperty("source"); // a path would differ from machine to machine
    }
    expect(outputs["docsSite"]).toEqual({
      url: "https://docs.social.example/index.html",
      objects: objects.length,
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("are none without a folder, and the output is missing; the probe for uptime checks stays", async () => {
    const { registrations, outputs } = await recordProgram(prodWith("docs", { site: undefined }));
    expect(spaces(registrations, "SpacesBucketObject").map(({ name }) => name)).toEqual([
      "assets-probe",
      "docs-probe",
      "escrow-bundle",
      "media-probe",
    ]);
    expect(registrations.filter(({ name }) => name.startsWith("docs-site"))).toEqual([]);
    expect(outputs).not.toHaveProperty("docsSite");
  });

  it("are refused before anything is registered when the folder is not there", async () => {
    await expect(recordProgram(prodWith("docs", { site: "docs/nowhere" }))).rejects.toThrow(
      /1 mistake; nothing was changed[^]*mastodon:storage.docs.site: "docs\/nowhere" does not exist in the project/,
    );
  });
});

describe("the buckets' settings", () => {
  it("let other web clients read media", async () => {
    const { registrations } = await recordProgram(prodWith("media", { origins: ["https://client.example"] }));
    expect(named(registrations, "media-cors")).toMatchObject({
      corsRules: [
        { allowedOrigins: ["https://social.example", "https://media.social.example", "https://client.example"] },
      ],
    });
  });

  it.each(["http://client.example", "https://client.example/", "client.example", "*"])(
    "take %s for no origin",
    async (origin) => {
      await expect(recordProgram(prodWith("media", { origins: [origin] }))).rejects.toThrow(
        /storage.media.origins.0: .*must be an origin such as/,
      );
    },
  );

  it("let media lie in the cluster's own region", async () => {
    const { registrations } = await recordProgram(prodWith("media", { region: "tor1" }));
    expect(named(registrations, "media-bucket")).toMatchObject({ region: "tor1" });
  });

  it("name each bucket's keys in the outputs, and give none away", async () => {
    const { outputs } = await recordProgram(withSecrets(stackFile("prod")));
    expect(outputs["buckets"]).toEqual([
      expect.objectContaining({
        purpose: "media",
        keys: [
          { name: "social-mastodon", permission: "readwrite" },
          { name: "social-backup-media", permission: "read" },
        ],
      }),
      expect.objectContaining({ purpose: "assets", keys: [{ name: "social-assets", permission: "readwrite" }] }),
      expect.objectContaining({ purpose: "docs", keys: [] }),
      expect.objectContaining({
        purpose: "backups",
        keys: [
          { name: "social-upgrades", permission: "readwrite" },
          { name: "social-backup", permission: "readwrite" },
          { name: "social-drill", permission: "read" },
        ],
      }),
      expect.not.objectContaining({ keys: expect.anything() }),
    ]);
  });
});
