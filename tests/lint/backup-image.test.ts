// The backup image's scripts, judged by shellcheck, and what its Dockerfile promises.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { EngineError } from "../../tools/failures.ts";
import { prepareHostChecks } from "../../tools/linters.ts";
import { projectRoot } from "../stacks.ts";

const image = join(projectRoot, "images/backup");
const folder = join(image, "scripts");
const files = readdirSync(folder).filter((name) => !name.endsWith(".sql"));
const programs = files.filter((name) => !name.endsWith(".sh"));

let shellcheck: string | undefined;
let missing = "";

beforeAll(async () => {
  try {
    shellcheck = join((await prepareHostChecks()).packages, "bin/shellcheck");
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    missing = error.message;
    console.warn(`Nothing judges the backup image's scripts: ${missing}`);
  }
}, 600_000);

/** Shellcheck's objections; it follows sourced files. */
function objections(...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      shellcheck ?? "",
      ["--severity=style", "--external-sources", ...args],
      { cwd: folder },
      (_, stdout, stderr) => resolve(stdout + stderr),
    );
  });
}

describe("the backup image's scripts", () => {
  it.for(files)("have nothing that shellcheck objects to: %s", async (name, { skip }) => {
    skip(shellcheck === undefined, missing);
    // A library sets what others read, and reads what others set.
    const alone = name.endsWith(".sh") ? ["--exclude=SC2034,SC2154"] : [];
    expect(await objections("--source-path=SCRIPTDIR", ...alone, name)).toBe("");
  });

  it("would be objected to with an unquoted variable", async ({ skip }) => {
    skip(shellcheck === undefined, missing);
    const bad = join(mkdtempSync(join(tmpdir(), "backup-image-")), "bad");
    writeFileSync(bad, "#!/bin/sh\nrm -rf $1\n");
    expect(await objections(bad)).toContain("SC2086");
    rmSync(dirname(bad), { recursive: true });
  });

  it.for(programs)("are programs for the POSIX shell: %s", (name) => {
    expect(readFileSync(join(folder, name), "utf8")).toMatch(/^#!\/bin\/sh\n/);
    expect(statSync(join(folder, name)).mode & 0o111).toBe(0o111);
  });

  it.for(programs)("end at the first error and at a variable that is not there: %s", (name) => {
    expect(readFileSync(join(folder, name), "utf8")).toMatch(/^(set -eu|\. "\$\(dirname "\$0"\)\/lib\.sh")$/m);
  });
});

describe("the backup image", () => {
  const lines = readFileSync(join(image, "Dockerfile"), "utf8").split("\n");
  const value = (instruction: string) => lines.filter((line) => line.startsWith(`${instruction} `)).at(-1) ?? "";

  it("is made from a release with a number, and not from whatever is newest", () => {
    expect(value("FROM")).toContain("debian:${DEBIAN}");
    expect(lines.find((line) => line.startsWith("ARG DEBIAN="))).toMatch(/=\d+\.\d+-slim$/);
  });

  it("runs as a user that no node has", () => {
    const [, user = "0"] = /^USER (\d+):\d+$/.exec(value("USER")) ?? [];
    expect(Number(user)).toBeGreaterThan(10_000);
  });
});
