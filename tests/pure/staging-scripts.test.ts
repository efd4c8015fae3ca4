// The Ruby of the copying Job against stand-ins for the bucket and the database, on machines that have a Ruby.
import { execFile, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchScript, finishScript } from "../../components/staging/scripts.ts";
import { projectRoot } from "../stacks.ts";

const hasRuby = spawnSync("ruby", ["--version"]).error === undefined;
const fakes = join(projectRoot, "tests/data/staging");
const dumps = "upgrades/original/";

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const said = (name: string) => (existsSync(at("copy", name)) ? readFileSync(at("copy", name), "utf8") : undefined);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "staging-scripts-"));
  for (const name of ["copy", "bin", `bucket/${dumps}`]) mkdirSync(at(name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An object of the bucket that was stored on the given day of November. */
function store(name: string, content: string, day: number): void {
  writeFileSync(at("bucket", name), content);
  const stored = new Date(Date.UTC(2026, 10, day));
  utimesSync(at("bucket", name), stored, stored);
}

const mark = (...lines: string[]) => writeFileSync(at("marks"), lines.map((line) => `${line}\n`).join(""));

function run(
  script: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ failed: boolean; text: string }> {
  const env = {
    PATH: `${at("bin")}:${process.env["PATH"]}`,
    LANG: "C.UTF-8",
    FAKE_BUCKET: at("bucket"),
    FAKE_MARKS: at("marks"),
    COPY_NAME: "november",
    COPY_FOLDER: at("copy"),
    COPY_MIB: "1",
    PREPARATION_FAILURE: at("preparation-failure"),
    SOURCE_BUCKET: "original-backups",
    SOURCE_REGION: "sfo3",
    SOURCE_ENDPOINT: "https://sfo3.digitaloceanspaces.com",
    SOURCE_PREFIX: dumps,
    SOURCE_DUMP: "newest",
    SOURCE_ACCESS_KEY_ID: "id",
    SOURCE_SECRET_ACCESS_KEY: "secret",
    ...variables,
  };
  return new Promise((done) => {
    execFile("ruby", ["-I", fakes, "-e", script], { cwd: folder, env }, (error, stdout, stderr) =>
      done({ failed: error !== null, text: stdout + stderr }),
    );
  });
}

describe.skipIf(!hasRuby)("the fetching of a dump", () => {
  it("takes the newest one, and nothing that is no dump", async () => {
    store(`${dumps}2026-11-02T0300Z-before-4.6.8.dump`, "second", 2);
    store(`${dumps}2026-11-01T0300Z-before-4.6.7.dump`, "first", 1);
    store(`${dumps}newer.txt`, "no dump", 3);
    const { failed, text } = await run(fetchScript);
    expect(failed).toBe(false);
    expect(text).toContain("before-4.6.8.dump, 6 bytes");
    expect(said("production.dump")).toBe("second");
  });

  it("takes the one that is named", async () => {
    store(`${dumps}old.dump`, "first", 1);
    store(`${dumps}new.dump`, "second", 2);
    await run(fetchScript, { SOURCE_DUMP: "old.dump" });
    expect(said("production.dump")).toBe("first");
  });

  it("does nothing where this copy is there already", async () => {
    store(`${dumps}new.dump`, "second", 2);
    mark("staging_copy=october", "staging_copy=november");
    expect((await run(fetchScript)).text).toContain("is there already");
    expect(readdirSync(at("copy"))).toEqual(["copied"]);
  });

  it.each([
    ["there is no dump", {}, "has no such dump under upgrades/original/: newest"],
    ["the bucket is another", { SOURCE_BUCKET: "other" }, "The specified bucket does not exist: other"],
  ])("tells why not where %s", async (_, variables, message) => {
    const { failed } = await run(fetchScript, variables);
    expect(failed).toBe(false); // the main container tells it
    expect(said("failure")).toContain(message);
  });

  it("takes no dump that would fill the node's disk", async () => {
    store(`${dumps}large.dump`, "x".repeat(2 * 1_048_576), 1);
    await run(fetchScript);
    expect(said("failure")).toContain("large.dump has 2 MiB; set mastodon.staging.scratch to more than that");
    expect(said("production.dump")).toBeUndefined();
  });
});

/** In place of Mastodon's bundle. */
function rake(exitCode: number): void {
  writeFileSync(at("bin", "bundle"), `#!/bin/sh\necho "$@" >> ${at("calls")}\nexit ${exitCode}\n`);
  chmodSync(at("bin", "bundle"), 0o755);
}
const calls = () => (existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trim() : "");

describe.skipIf(!hasRuby)("the end of a copy", () => {
  it("migrates a new copy once", async () => {
    rake(0);
    mark("staging_copy=november");
    expect((await run(finishScript)).failed).toBe(false);
    expect((await run(finishScript)).text).toContain("Nothing to do");
    expect(calls()).toBe("exec rake db:migrate");
  });

  it("migrates again where the migration failed", async () => {
    mark("staging_copy=november");
    rake(1);
    const { failed, text } = await run(finishScript);
    expect(failed).toBe(true);
    expect(text).toContain("could not be migrated");
    rake(0);
    expect((await run(finishScript)).failed).toBe(false);
  });

  it.each(["copy/failure", "preparation-failure"])("tells what went wrong before, from %s", async (file) => {
    rake(0);
    writeFileSync(at(file), "the bucket was shut\n");
    const { failed, text } = await run(finishScript);
    expect(failed).toBe(true);
    expect(text).toMatch(/^the bucket was shut\nNothing of this copy was kept/u);
    expect(calls()).toBe("");
  });
});
