// What a person is told when the Python program among the linters cannot be had.
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EngineError } from "../../tools/failures.ts";
import { prepareCheckov } from "../../tools/linters.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "python-"));
  vi.stubEnv("PATH", folder);
  vi.stubEnv("XDG_CACHE_HOME", folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A `python3` that does this and nothing else. */
function python(script: string): void {
  const file = join(folder, "python3");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

const version = 'case "$1" in -c) echo "3.11.7 cpython-311 linux-x86_64"; exit 0;; esac';

describe("a linter in Python", () => {
  test("asks for Python where there is none", async () => {
    await expect(prepareCheckov()).rejects.toThrow(
      "checkov 3.3.30 needs Python 3.10 or newer as `python3`, which is not there",
    );
  });

  test("asks for a newer Python where it is too old", async () => {
    python("echo 3.9.2 cpython-39 linux-x86_64");
    await expect(prepareCheckov()).rejects.toThrow("needs Python 3.10 or newer, and `python3` is 3.9.2");
  });

  test("says what pip says, and keeps nothing of a failed installation", async () => {
    python(`${version}\necho "No module named pip"; exit 1`);
    const failure: unknown = await prepareCheckov().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EngineError);
    expect(String(failure)).toContain("No module named pip");
    const cache = join(folder, "mastodon-stack");
    expect(existsSync(cache) ? readdirSync(cache).filter((name) => name.includes("checkov")) : []).toEqual([]);
  });

  test("installs once, and is then found", async () => {
    python(
      `${version}\nwhile [ "$1" != --target ]; do shift; done; /bin/mkdir "$2/checkov"; echo > "$2/checkov/main.py"; echo x >> ${folder}/times`,
    );
    const first = await prepareCheckov();
    expect(await prepareCheckov()).toEqual(first);
    expect(existsSync(join(first.packages, "checkov", "main.py"))).toBe(true);
    expect(readFileSync(join(folder, "times"), "utf8")).toBe("x\n");
  });
});
