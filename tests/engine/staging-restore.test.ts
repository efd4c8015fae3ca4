// The script that puts a dump into the staging database, with a real server, pg_dump and pg_restore: all of it, sanitised, or nothing.
import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clearSql } from "../../components/staging/clear.ts";
import { sanitiseSql } from "../../components/staging/sanitise.ts";
import { restoreScript } from "../../components/staging/scripts.ts";
import { people, post, schemaSql } from "../support/mastodon-database.ts";
import { postgresqlPrograms, type RealPostgresql, startPostgresql } from "../support/real-postgresql.ts";

const run = promisify(execFile);
const names = { source: ["social.example"], web: "staging.example" };

describe.skipIf(postgresqlPrograms === undefined)("the restoring of a dump", () => {
  const folder = mkdtempSync(join(tmpdir(), "staging-"));
  const dump = join(folder, "original.dump");
  let server: RealPostgresql;

  beforeAll(async () => {
    server = await startPostgresql();
    await server.psql("postgres", "CREATE ROLE mastodon LOGIN");
    await server.psql("postgres", "CREATE DATABASE production");
    await server.psql(
      "production",
      `${schemaSql} ${people} ${post(1, 0, "public")} ${post(2, 3, "private")} REFRESH MATERIALIZED VIEW public.instances`,
    );
    await run("pg_dump", ["--format=custom", `--file=${dump}`, "production"], { env: server.environment });
  }, 300_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  // As on the platform: the schema belongs to the administrator, who lets the application make tables.
  beforeEach(async () => {
    await server.psql("postgres", "DROP DATABASE IF EXISTS staging");
    await server.psql("postgres", "CREATE DATABASE staging");
    await server.psql("staging", "GRANT USAGE, CREATE ON SCHEMA public TO mastodon");
  });

  /** Runs the script over the dump as the Job's container does. @returns what the main container would tell, if anything */
  async function copy(name: string, spoil: (file: string) => void = () => undefined): Promise<string | undefined> {
    const scratch = mkdtempSync(join(folder, "pod-"));
    const sql = join(scratch, "sql");
    mkdirSync(sql);
    writeFileSync(join(sql, "clear.sql"), clearSql);
    writeFileSync(join(sql, "sanitise.sql"), sanitiseSql(names, name));
    const file = join(scratch, "production.dump");
    copyFileSync(dump, file);
    spoil(file);
    const environment = { COPY_FOLDER: scratch, COPY_SQL: sql, PGDATABASE: "staging" };
    await run("sh", ["-c", restoreScript], { env: { ...server.environment, ...environment, PGUSER: "mastodon" } });
    expect(existsSync(file)).toBe(false);
    const failure = join(scratch, "failure");
    return existsSync(failure) ? readFileSync(failure, "utf8") : undefined;
  }

  const staging = (sql: string) => server.psql("staging", sql);
  const mark = "SELECT value FROM ar_internal_metadata WHERE key = 'staging_copy'";

  it("leaves a sanitised copy that belongs to the application, and makes it anew", async () => {
    for (const name of ["first", "second"]) {
      expect(await copy(name)).toBeUndefined();
      expect(await staging("SELECT text FROM statuses")).toBe("public");
      expect(await staging("SELECT count(*) FROM users WHERE email LIKE '%mail.example'")).toBe("0");
      expect(await staging("SELECT count(*) FROM instances WHERE example LIKE '%mail.example'")).toBe("0");
      expect(await staging("SELECT tableowner FROM pg_tables WHERE tablename = 'statuses'")).toBe("mastodon");
      expect(await staging(mark)).toBe(name);
      await staging("SET ROLE mastodon; CREATE TABLE of_a_newer_version (text text)");
    }
  });

  it("keeps the copy from before where the dump is broken", async () => {
    await copy("first");
    const failure = await copy("second", (file) => truncateSync(file, readFileSync(file).length - 2000));
    expect(failure).toContain("nothing of it was kept");
    expect(await staging(mark)).toBe("first");
    expect(await staging("SELECT text FROM statuses")).toBe("public");
  });

  it("keeps nothing where something cannot be sanitised", async () => {
    await server.psql(
      "production",
      "ALTER TABLE users ADD phone varchar NOT NULL DEFAULT '1'; ALTER TABLE users ALTER phone DROP DEFAULT",
    );
    await run("pg_dump", ["--format=custom", `--file=${dump}.new`, "production"], { env: server.environment });
    await server.psql("production", "ALTER TABLE users DROP phone");
    const failure = await copy("first", (file) => copyFileSync(`${dump}.new`, file));
    expect(failure).toContain("the column users.phone is in no list and cannot be emptied; nothing was copied");
    expect(await staging("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).toBe("0");
  });

  it("leaves a server that is no copy as it is", async () => {
    await staging(`SET ROLE mastodon; ${schemaSql} ${people} ${post(1, 3, "of a real server")}`);
    expect(await copy("first")).toContain("this database holds a server that is no copy; it stays as it is");
    expect(await staging("SELECT text FROM statuses")).toBe("of a real server");
  });
});
