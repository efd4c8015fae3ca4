// The scripts of an upgrade against stand-ins for PostgreSQL, the bucket and Rails. The Ruby ones on machines that have a Ruby: in the
// cluster it is the image's own.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  dumpScript,
  migrateScript,
  prepareDumpScript,
  uploadDumpScript,
} from "../../components/mastodon/upgrade/scripts.ts";
import {
  grantSchema,
  limitStatements,
  preparationFailure,
} from "../../components/mastodon/workloads/database-preparation.ts";
import type { Container } from "../../components/mastodon/workloads/workload.ts";
import { projectRoot } from "../stacks.ts";

const hasRuby = spawnSync("ruby", ["--version"]).error === undefined;
const fakes = resolve(projectRoot, "tests/data/upgrade");

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "upgrade-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string) => join(folder, name);
const has = (name: string) => existsSync(inFolder(name));
const text = (name: string) => readFileSync(inFolder(name), "utf8");

function file(name: string, content: string): void {
  mkdirSync(dirname(inFolder(name)), { recursive: true });
  writeFileSync(inFolder(name), content);
}

/** A program of that name before all others. */
function program(name: string, script: string): void {
  file(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(inFolder(`bin/${name}`), 0o755);
}

interface Finished {
  readonly code: number | null;
  readonly text: string;
}

function run(command: string[], variables: Readonly<Record<string, string>>): Finished {
  const [name = "", ...rest] = command;
  const env = { PATH: `${inFolder("bin")}:${process.env["PATH"]}`, LANG: "C.UTF-8", DUMP_FOLDER: folder, ...variables };
  const { status, stdout, stderr } = spawnSync(name, rest, { cwd: folder, env, encoding: "utf8" });
  return { code: status, text: stdout + stderr };
}

const ruby = (script: string, variables: Readonly<Record<string, string>>) =>
  run(["ruby", "-I", fakes, "-e", script], { CONNECT_WAIT: "0", ...variables });

const own = {
  DB_HOST: "h",
  DB_PORT: "1",
  DB_NAME: "n",
  DB_USER: "mastodon",
  DB_PASS: "p",
  DB_SSLMODE: "verify-full",
};

const writes = 'for argument; do case "$argument" in --file=*) target="${argument#--file=}";; esac; done';

const dump = (mib = "100") => run(["sh", "-c", dumpScript], { DUMP_MIB: mib });

const look = (facts: object) =>
  ruby(prepareDumpScript, {
    FAKE_DATABASE: JSON.stringify(facts),
    MASTODON_FOLDER: inFolder("image"),
    DUMP_MIB: "100",
  });

const upload = (variables: Readonly<Record<string, string>> = {}) =>
  ruby(uploadDumpScript, {
    FAKE_BUCKET: inFolder("bucket"),
    DUMP_BUCKET: "social-backups",
    DUMP_REGION: "sfo3",
    DUMP_ENDPOINT: "https://sfo3.digitaloceanspaces.com",
    DUMP_ACCESS_KEY_ID: "id",
    DUMP_SECRET_ACCESS_KEY: "key",
    DUMP_SERVER: "social",
    DUMP_VERSION: "4.7.2",
    DUMP_KEEP: "2",
    ...variables,
  });

const dumps = () => readdirSync(inFolder("bucket/upgrades/social")).toSorted();

const scriptOf = ({ args }: Container) => z.array(z.string()).parse(args).at(-1) ?? "";

const prepare = (container: Container, facts: object) =>
  // The container writes to its own /tmp, and has time.
  ruby(
    scriptOf(container).replaceAll(preparationFailure, inFolder("preparation-failure")).replace("sleep 3", "sleep 0"),
    {
      FAKE_DATABASE: JSON.stringify(facts),
      FAKE_SAID: inFolder("said"),
      APPLICATION_USER: "mastodon",
      ...own,
    },
  );

const migrate = (step: "before" | "after", facts: object, variables: Readonly<Record<string, string>> = {}) =>
  ruby(migrateScript, {
    FAKE_DATABASE: JSON.stringify(facts),
    MIGRATION: step,
    MASTODON_FOLDER: inFolder("image"),
    DRAIN_SECONDS: "0",
    PREPARATION_FAILURE: inFolder("preparation-failure"),
    ...variables,
  });

const ran = () => (has("ran") ? text("ran").trim().split("\n") : []);

describe("the dump's shell", () => {
  beforeEach(() => {
    program("pg_dump", `${writes}\necho "$@" > arguments\necho dumped > "$target"`);
    program("pg_restore", 'grep -q dumped "$2"');
  });

  it("dumps in the custom format, and leaves nothing but the dump to tell", () => {
    expect(dump()).toEqual({ code: 0, text: "" });
    expect(text("database.dump")).toBe("dumped\n");
    expect(text("arguments")).toContain("--format=custom");
    expect(has("failure")).toBe(false);
  });

  it.each(["skip", "failure"])("does nothing where the step before said %s", (said) => {
    file(said, "because\n");
    expect(dump().code).toBe(0);
    expect(has("arguments")).toBe(false);
    expect(text(said)).toBe("because\n");
  });

  it("leaves the last lines of a failed dump to the step after it, and no half dump", () => {
    program("pg_dump", `${writes}\necho half > "$target"\necho "pg_dump: error: permission denied" >&2\nexit 1`);
    expect(dump().code).toBe(0);
    expect(text("failure")).toBe("pg_dump: error: permission denied\npg_dump failed with exit code 1.\n");
    expect(has("database.dump")).toBe(false);
  });

  it("says which setting to raise where the dump is larger than its room", () => {
    program("pg_dump", `${writes}\nexec head -c 3000000 /dev/zero > "$target"`);
    expect(dump("2").code).toBe(0);
    expect(text("failure")).toBe(
      "The dump is larger than the 2 MiB that it may take: set mastodon.upgrades.scratch to more.\n",
    );
    expect(has("database.dump")).toBe(false);
    expect(dump("3").code).toBe(0);
  });

  it("does not trust a dump that cannot be read back", () => {
    program("pg_dump", `${writes}\necho broken > "$target"`);
    program("pg_restore", "echo 'input file does not appear to be a valid archive' >&2; exit 1");
    expect(dump().code).toBe(0);
    expect(text("failure")).toContain("valid archive\nThe dump cannot be read back.");
    expect(has("database.dump")).toBe(false);
  });
});

describe.skipIf(!hasRuby)("the look at the database before the dump", () => {
  beforeEach(() => {
    file("image/db/migrate/20260101000000_first.rb", "");
    file("image/db/post_migrate/20260102000000_second.rb", "");
  });

  it("asks for a dump where migrations are pending, also those for after the roll", () => {
    const { code, text: said } = look({ done: ["20260101000000"] });
    expect(code).toBe(0);
    expect(said).toContain("Pending migrations: 1. The database takes 200 MiB, 100 MiB of them without indexes");
    expect([has("skip"), has("failure")]).toEqual([false, false]);
  });

  it("skips it on an empty database, and where nothing is pending", () => {
    look({ empty: true });
    expect(text("skip")).toContain("The database is empty");
    look({ done: ["20250101000000", "20260101000000", "20260102000000"] });
    expect(text("skip")).toContain("No migration is pending");
  });

  it("tells what it could not do instead of skipping", () => {
    expect(look({ broken: true }).code).toBe(0);
    expect(text("failure")).toContain("lost in thought");
    rmSync(inFolder("image"), { recursive: true });
    look({ done: [] });
    expect(text("failure")).toContain("no migrations were found");
    expect(has("skip")).toBe(false);
  });

  it("waits for the way to the database, but not for ever", () => {
    look({ empty: true, refusals: 5 });
    expect([has("skip"), has("failure")]).toEqual([true, false]);
    look({ empty: true, refusals: 100 });
    expect(text("failure")).toContain("connection refused");
  });
});

describe.skipIf(!hasRuby)("the upload", () => {
  beforeEach(() => file("database.dump", "dumped"));

  it("stores the dump under the server, the time and the version, and says where", () => {
    const { code, text: said } = upload();
    expect(code).toBe(0);
    const [name = ""] = dumps();
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d{4}Z-before-4\.7\.2\.dump$/);
    expect(said).toContain(`Stored 6 bytes as upgrades/social/${name} in the bucket social-backups.`);
  });

  it("keeps as many dumps as it was told, the newest, and touches nothing else", () => {
    for (const day of ["01", "02", "03"]) file(`bucket/upgrades/social/2026-01-${day}T0000Z-before-4.6.8.dump`, "");
    file("bucket/upgrades/social/notes.txt", "");
    file("bucket/upgrades/other/2025-01-01T0000Z-before-4.5.0.dump", "");
    expect(upload().code).toBe(0);
    expect(dumps()).toEqual([
      "2026-01-03T0000Z-before-4.6.8.dump",
      expect.stringMatching(/before-4\.7\.2\.dump$/),
      "notes.txt",
    ]);
    expect(has("bucket/upgrades/other/2025-01-01T0000Z-before-4.5.0.dump")).toBe(true);
  });

  it("is content with a dump that is there, when older ones cannot be removed", () => {
    const { code, text: said } = upload({ FAKE_NO_LIST: "1" });
    expect(code).toBe(0);
    expect(said).toContain("Older dumps could not be removed: listing is forbidden");
  });

  it("passes on why there is no dump, and ends well only where none is needed", () => {
    file("skip", "The database is empty: there is nothing to dump.\n");
    expect(upload()).toEqual({ code: 0, text: "The database is empty: there is nothing to dump.\n" });
    rmSync(inFolder("skip"));
    file("failure", "pg_dump failed with exit code 1.\n");
    const { code, text: said } = upload();
    expect(code).toBe(1);
    expect(said).toMatch(/^pg_dump failed with exit code 1\.\nNo dump, so nothing was migrated.*`pulumi up` again/s);
    expect(has("bucket")).toBe(false);
  });

  it.each([
    [{ FAKE_REFUSES: "1" }, "The dump could not be stored: 503 Slow Down"],
    [{ FAKE_LOSS: "1" }, "has 5 bytes in the bucket, but 6 were sent"],
  ])("fails where the dump did not arrive: %o", (trouble, words) => {
    const { code, text: said } = upload(trouble);
    expect(code).toBe(1);
    expect(said).toContain(words);
    expect(said).toContain("nothing rolled out");
  });
});

describe.skipIf(!hasRuby)("the steps before the migration", () => {
  it("grant and limit, once they find the way", () => {
    expect(prepare(grantSchema("image"), { refusals: 3 }).code).toBe(0);
    expect(prepare(limitStatements("image", 300), {}).code).toBe(0);
    expect(text("said").split("\n")).toEqual([
      'GRANT USAGE, CREATE ON SCHEMA public TO "mastodon"',
      'ALTER ROLE CURRENT_USER IN DATABASE "n" SET statement_timeout = 300000',
      "",
    ]);
    expect(has("preparation-failure")).toBe(false);
  });

  it("leave why they failed to the migration, whose log the engine shows", () => {
    expect(prepare(grantSchema("image"), { broken: true }).code).toBe(0);
    expect(text("preparation-failure")).toBe("lost in thought");
    prepare(limitStatements("image", 300), { refusals: 20 });
    expect(text("preparation-failure")).toBe("connection refused");
  });
});

describe.skipIf(!hasRuby)("the migration", () => {
  beforeEach(() => {
    program("bundle", 'echo "$* $SKIP_POST_DEPLOYMENT_MIGRATIONS" >> ran');
    file("image/db/post_migrate/20260102000000_second.rb", "");
  });

  it("loads schema and seeds into an empty database", () => {
    expect(migrate("before", { empty: true }).code).toBe(0);
    expect(ran()).toEqual(["exec rake db:prepare"]);
  });

  it("leaves the last migrations of a database that is in use for after the roll", () => {
    expect(migrate("before", {}).code).toBe(0);
    expect(ran()).toEqual(["exec rake db:migrate true"]);
  });

  it("runs them then, without the variable, since Mastodon acts on its presence", () => {
    program("bundle", 'echo "$* ${SKIP_POST_DEPLOYMENT_MIGRATIONS-unset}" >> ran');
    expect(migrate("after", {}).code).toBe(0);
    expect(ran()).toEqual(["exec rake db:migrate unset"]);
  });

  it("waits for the last pods of the old version first, where any of them is to be run", () => {
    const words = "Waiting 0 seconds for the last pods";
    expect(migrate("after", { done: ["20260101000000"] }).text).toMatch(new RegExp(`^${words}.*\nRunning db:migrate`));
    expect(migrate("after", { done: ["20260102000000"] }).text).not.toContain("Waiting");
    expect(migrate("before", {}).text).not.toContain("Waiting");
  });

  it("seeds what a first install that was cut off has left without roles", () => {
    expect(migrate("before", { unseeded: true }).code).toBe(0);
    expect(ran()).toEqual(["exec rake db:migrate true", "exec rake db:seed"]);
  });

  it.each([
    ["before", {}, "nothing was rolled out: the old version goes on running"],
    ["before", { empty: true }, "Nothing was started."],
    ["after", {}, "The new version runs already"],
  ] as const)("%s the roll, with %o, ends with what to do where Rails fails", (step, facts, words) => {
    program("bundle", "echo 'PG::UndefinedTable' >&2; exit 1");
    const { code, text: said } = migrate(step, facts);
    expect(code).toBe(1);
    expect(said).toContain("PG::UndefinedTable");
    expect(said.slice(said.indexOf("PG::UndefinedTable"))).toContain(words);
    expect(said).toContain("`pulumi up` again");
  });

  it("tells why a step before it failed, and touches nothing", () => {
    file("preparation-failure", "permission denied for schema public");
    const { code, text: said } = migrate("before", {});
    expect(code).toBe(1);
    expect(said).toContain("The database could not be prepared: permission denied for schema public");
    expect(ran()).toEqual([]);
  });

  it("connects with Mastodon's own variables, and waits for the way", () => {
    expect(migrate("before", { refusals: 19 }, own).text).toContain("connecting as mastodon");
    expect(ran()).toHaveLength(1);
    expect(migrate("before", { refusals: 20 }, own).text).toContain("connection refused");
    expect(ran()).toHaveLength(1);
  });
});
