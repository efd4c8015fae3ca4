// The cache of finished artifacts: its key, its all-or-nothing folders, and one build at a time between callers.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheKey, ensureCached, isCached } from "../../tools/cache.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tools-cache-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const target = () => ({ folder: join(root, "thing-1"), files: ["binary"] });

/** A build that writes its number and takes a moment. */
function countingBuild() {
  const builds: string[] = [];
  const build = async (draft: string) => {
    builds.push(draft);
    await new Promise((resolve) => setTimeout(resolve, 50));
    writeFileSync(join(draft, "binary"), `build ${builds.length}`);
  };
  return { builds, build };
}

describe("cacheKey", () => {
  const inputs = { "go.mod": "module a", "go.sum": "x", "main.go": "package main", flags: "-s", platform: "linux-x64" };

  it.each(Object.keys(inputs))("changes with %s", (name) => {
    expect(cacheKey({ ...inputs, [name]: "other" })).not.toBe(cacheKey(inputs));
  });

  it("changes when a file is added or renamed", () => {
    const { "main.go": main, ...rest } = inputs;
    expect(cacheKey({ ...inputs, "kwok.go": "" })).not.toBe(cacheKey(inputs));
    expect(cacheKey({ ...rest, "other.go": main })).not.toBe(cacheKey(inputs));
  });

  it("does not depend on the order of the inputs", () => {
    expect(cacheKey(Object.fromEntries(Object.entries(inputs).toReversed()))).toBe(cacheKey(inputs));
  });
});

describe("ensureCached", () => {
  it("builds what is missing, and builds nothing the second time", async () => {
    const { builds, build } = countingBuild();
    await ensureCached(target(), build);
    await ensureCached(target(), build);
    expect(builds).toHaveLength(1);
    expect(readFileSync(join(target().folder, "binary"), "utf8")).toBe("build 1");
  });

  it("does not use a folder that lacks a file, and builds it anew", async () => {
    mkdirSync(target().folder);
    writeFileSync(join(target().folder, "half"), "");
    expect(isCached(target())).toBe(false);
    await ensureCached(target(), countingBuild().build);
    expect(readdirSync(target().folder)).toEqual(["binary"]);
  });

  it("removes the draft that a crashed build left behind", async () => {
    mkdirSync(join(root, ".draft-thing-1-crashed"));
    await ensureCached(target(), countingBuild().build);
    expect(readdirSync(root)).toEqual(["thing-1"]);
  });

  it("keeps nothing of a build that fails", async () => {
    const failing = ensureCached(target(), async (draft) => {
      writeFileSync(join(draft, "binary"), "half");
      throw new Error("compiler is unhappy");
    });
    await expect(failing).rejects.toThrow("compiler is unhappy");
    expect(readdirSync(root)).toEqual([]);
  });

  it("refuses a build that forgot a file", async () => {
    await expect(ensureCached(target(), async () => {})).rejects.toThrow("lacks one of binary");
    expect(isCached(target())).toBe(false);
  });

  it("builds once for two callers at the same time, and tells the one that waits", async () => {
    const { builds, build } = countingBuild();
    const waited: string[] = [];
    await Promise.all(["a", "b"].map((name) => ensureCached(target(), build, () => waited.push(name))));
    expect(builds).toHaveLength(1);
    expect(waited).toHaveLength(1);
  });

  it("takes over the lock of a process that died", async () => {
    const lock = `${target().folder}.lock`;
    mkdirSync(lock);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    const { builds, build } = countingBuild();
    await ensureCached(target(), build);
    expect(builds).toHaveLength(1);
  });
});
