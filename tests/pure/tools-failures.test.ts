// What a person reads when the engine cannot be prepared: one sentence with the cause and the remedy.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkDisk } from "../../tools/disk.ts";
import { explainFailedBuild } from "../../tools/failures.ts";
import { findGo } from "../../tools/go-toolchain.ts";
import { findStockCli } from "../../tools/stock.ts";
import { isAtLeast } from "../../tools/versions.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tools-failures-"));
  writeFileSync(join(folder, "go.mod"), "module example\n\ngo 1.26.0\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("findGo", () => {
  it("says that Go is missing and where to get it", async () => {
    await expect(findGo("thing", folder, [join(folder, "nowhere")])).rejects.toThrow(
      /^Go is missing: .*install Go 1\.26 or newer from https:\/\/go\.dev\/dl/,
    );
  });

  it("names both versions when Go is too old to fetch a newer one", async () => {
    await expect(findGo("thing", folder, [program("go", "echo go1.19.8")])).rejects.toThrow(
      /^Go 1\.19\.8 is too old: the thing needs Go 1\.26\.0 or newer/,
    );
  });

  it("names both versions when the newer toolchain cannot be fetched", async () => {
    const refusing = `[ "$GOTOOLCHAIN" = local ] && echo go1.22.1 && exit
echo "go: download go1.26.0 for linux/amd64: toolchain not available" >&2; exit 1`;
    await expect(findGo("thing", folder, [program("go", refusing)])).rejects.toThrow(
      /^Go 1\.22\.1 is too old: the thing needs Go 1\.26\.0/,
    );
  });

  it("takes the second place when the first is empty, and a Go that is new enough", async () => {
    const go = program("go", "echo go1.26.8");
    await expect(findGo("thing", folder, [join(folder, "nowhere"), go])).resolves.toBe(go);
  });
});

describe("checkDisk", () => {
  it("refuses a disk that is too small and names the folder and both sizes", async () => {
    await expect(
      checkDisk("thing", ["/a", "/b"], 4 * 2 ** 30, async (path) => (path === "/b" ? 2 ** 30 : 2 ** 40)),
    ).rejects.toThrow(/needs 4\.0 GiB of free disk, and \/b has 1\.0 GiB; free some space/);
  });

  it("accepts a disk with exactly enough", async () => {
    await expect(checkDisk("thing", ["/a"], 4, async () => 4)).resolves.toBeUndefined();
  });
});

const explain = (output: string) => explainFailedBuild({ title: "thing", output, log: "/log" });

describe("explainFailedBuild", () => {
  it.each([
    [
      "a name server that is not there",
      'Get "https://proxy.example/x.zip": dial tcp: lookup proxy.example: no such host',
      "cannot be downloaded (no such host); check the network",
    ],
    [
      "a refused connection",
      "dial tcp 10.0.0.1:443: connect: connection refused",
      "cannot be downloaded (connection refused)",
    ],
    [
      "a refusing proxy",
      "reading https://proxy.example/x.info: 403 Forbidden",
      "refuses a Go module of the thing (403 Forbidden)",
    ],
    ["a proxy that is turned off", "module lookup disabled by GOPROXY=off", "unset it"],
    ["a full disk", "compile: writing output: write $WORK/b1/_pkg_.a: no space left on device", "The disk became full"],
    ["a machine without memory", "k8s.io/api/core/v1: compile: signal: killed", "ran out of memory"],
    ["a changed module", "verifying x@v1: checksum mismatch\nSECURITY ERROR", "differs from its recorded checksum"],
  ])("knows %s", (_name, output, sentence) => {
    expect(explain(output)).toContain(sentence);
    expect(explain(output)).toContain("/log");
    expect(explain(output)).not.toContain("\n");
  });

  it("shows the last lines of a failure that it does not know", () => {
    const lines = Array.from({ length: 20 }, (_, index) => `main.go:${index}: undefined`);
    expect(explain(lines.join("\n"))).toContain("main.go:19: undefined");
    expect(explain(lines.join("\n"))).not.toContain("main.go:3: undefined");
  });
});

describe("findStockCli", () => {
  it("takes an installed CLI that is new enough", async () => {
    const path = program("pulumi", "echo v3.300.1");
    await expect(findStockCli("3.259.0", folder)).resolves.toEqual({ path, version: "3.300.1" });
  });

  it("leaves an older, a broken and a missing one alone", async () => {
    program("pulumi", "echo v3.258.9");
    await expect(findStockCli("3.259.0", folder)).resolves.toBeUndefined();
    program("pulumi", "exit 1");
    await expect(findStockCli("3.259.0", folder)).resolves.toBeUndefined();
    await expect(findStockCli("3.259.0", join(folder, "empty"))).resolves.toBeUndefined();
  });
});

describe("isAtLeast", () => {
  it.each([
    ["1.26.0", "1.26.0", true],
    ["1.26", "1.26.0", true],
    ["1.100.0", "1.26.9", true],
    ["2.0.0", "1.26.9", true],
    ["1.25.11", "1.26.0", false],
    ["1.26.0", "1.26.1", false],
  ])("compares %s with %s by number", (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});
