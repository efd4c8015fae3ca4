import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { storageSettingsSchema } from "../../components/storage/settings.ts";
import { readDocsSite } from "../../src/docs-site.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mastodon-site-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, contents: string | Buffer = "x"): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), contents);
}

const read = (docs: object = {}) =>
  readDocsSite({ storage: storageSettingsSchema.parse({ docs: { site: "site", ...docs } }) }, root);
const keys = () => read().map(({ key }) => key);
const object = (key: string, docs: object = {}) => read(docs).find((one) => one.key === key);

describe("the documentation site", () => {
  it("is nothing where no folder is set", () => {
    expect(readDocsSite({ storage: storageSettingsSchema.parse({}) }, root)).toEqual([]);
  });

  it("gives each file the content type of its ending, texts with their character set", () => {
    const types: Record<string, string> = {
      "index.html": "text/html; charset=utf-8",
      "style.css": "text/css; charset=utf-8",
      "script.mjs": "text/javascript; charset=utf-8",
      "feed.xml": "application/xml",
      "icon.svg": "image/svg+xml",
      "font.woff2": "font/woff2",
      "list.json": "application/json; charset=utf-8",
      "robots.txt": "text/plain; charset=utf-8",
      LICENSE: "application/octet-stream",
      "data.whatever": "application/octet-stream",
    };
    for (const name of Object.keys(types)) write(`site/${name}`);
    expect(Object.fromEntries(read().map(({ key, contentType }) => [key, contentType]))).toEqual(types);
  });

  it("lets a folder's index answer under the folder's own name, but not at the top, whose key would be empty", () => {
    for (const path of ["index.html", "rules/index.html", "a/b/index.html", "a/other.html"])
      write(`site/${path}`, path);
    expect(keys()).toEqual(["a/b/index.html", "a/b/", "a/other.html", "index.html", "rules/index.html", "rules/"]);
    expect(object("rules/")).toEqual({ ...object("rules/index.html"), key: "rules/" });
    expect(object("rules/")?.contentType).toBe("text/html; charset=utf-8");
  });

  it("caches pages shortly, files longer, and names with a hash for good", () => {
    const names = ["index.html", "style.css", "main.3f2a9c01.css", "app-0a1b2c3d4e.js", "static/logo.png"];
    for (const name of [...names, "my-facade.css", "deadbeef.css"]) write(`site/${name}`);
    const caching = Object.fromEntries(
      read({ cache: { immutable: ["static/"] } }).map((one) => [one.key, one.cacheControl]),
    );
    const forGood = "public, max-age=31536000, immutable";
    expect(caching).toEqual({
      "index.html": "public, max-age=300",
      "style.css": "public, max-age=3600",
      "main.3f2a9c01.css": forGood,
      "app-0a1b2c3d4e.js": forGood,
      "static/logo.png": forGood,
      "my-facade.css": "public, max-age=3600",
      "deadbeef.css": "public, max-age=3600",
    });
    expect(object("index.html", { cache: { pages: 0 } })?.cacheControl).toBe("public, max-age=0");
  });

  it("gives texts as they are, and everything else as base64, with the MD5 of the bytes", () => {
    write("site/page.html", "\ufeffé\n");
    write("site/picture.png", Buffer.from([0x89, 0x50, 0, 0xff]));
    write("site/empty.txt", "");
    expect(object("page.html")).toMatchObject({ content: "\ufeffé\n", etag: "831d0c4d450bfef8674c2039a54e3534" });
    expect(object("picture.png")).toMatchObject({ contentBase64: "iVAA/w==" });
    expect(object("picture.png")).not.toHaveProperty("content");
    expect(object("empty.txt")).toMatchObject({ content: "", etag: "d41d8cd98f00b204e9800998ecf8427e" });
  });

  it("depends on nothing but names and contents: another machine plans the same", () => {
    write("site/b.txt");
    write("site/a.txt");
    const first = read();
    rmSync(join(root, "site"), { recursive: true });
    write("site/a.txt");
    write("site/b.txt");
    expect(read()).toEqual(first);
    expect(JSON.stringify(first)).not.toContain(root);
  });

  it("leaves hidden files out, except those that are meant to be found", () => {
    for (const path of [".DS_Store", ".git/config", ".well-known/security.txt", "index.html"]) write(`site/${path}`);
    expect(keys()).toEqual([".well-known/security.txt", "index.html"]);
  });
});

describe("a documentation site that cannot be published", () => {
  it("is refused when its folder is missing, a file, or empty", () => {
    expect(() => read()).toThrow(/mastodon:storage.docs.site: "site" does not exist in the project/);
    write("site", "a file");
    expect(() => read()).toThrow(/"site" is a file; name the folder/);
    rmSync(join(root, "site"));
    mkdirSync(join(root, "site"));
    expect(() => read()).toThrow(/"site" holds no file that can be published/);
    write("site/.hidden");
    expect(() => read()).toThrow(/"site" holds no file that can be published/);
  });

  it("is refused when the folder itself leads out of the project", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "mastodon-site-"));
    writeFileSync(join(elsewhere, "secret.txt"), "x");
    symlinkSync(elsewhere, join(root, "site"));
    expect(() => read()).toThrow(/"site" leads out of the project/);
    rmSync(elsewhere, { recursive: true });
  });

  it("is refused with every reason at once", () => {
    write("secret.txt");
    write("site/index.html");
    symlinkSync(join(root, "secret.txt"), join(root, "site/link.txt"));
    symlinkSync(root, join(root, "site/linked"));
    write("site/uptime.txt");
    write("site/latin.html", Buffer.from([0x66, 0xfc, 0x72]));
    write("site/large.bin", Buffer.alloc(1024 ** 2 + 1));
    expect(() => read()).toThrow(
      /5 mistakes[^]*"large.bin" has 1048577 bytes[^]*"link.txt" is a symbolic link[^]*"linked" is a symbolic link[^]*"uptime.txt" is the name of the object that uptime checks read[^]*"latin.html" is not UTF-8/,
    );
  });

  it("is refused when it is too large for Pulumi's state as a whole", () => {
    for (let index = 0; index < 9; index += 1) write(`site/${index}.bin`, Buffer.alloc(1024 ** 2));
    expect(() => read()).toThrow(/"site" holds 9437184 bytes, and may hold 8388608/);
    rmSync(join(root, "site"), { recursive: true });
    for (let index = 0; index < 501; index += 1) write(`site/${index}.txt`);
    expect(() => read()).toThrow(/"site" holds 501 files, and may hold 500/);
  });

  it.each(["/etc", "../site", "site/../..", "site/", ".", "", "docs\\site"])("is refused as the folder %j", (site) => {
    const result = storageSettingsSchema.safeParse({ docs: { site } });
    expect(result.error?.issues.map(({ message }) => message)).toEqual([expect.stringContaining("inside the project")]);
  });
});
