// A backup that somebody wrote who has taken the server over: a drill restores it, and nothing in it runs on the machine of the drill.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newestBackup } from "../support/backup/backups-of-database.ts";
import { type Bench, openBench, whyNoBench } from "../support/backup/bench.ts";
import { fill } from "../support/backup/contents.ts";
import { keepAll, type ServerDatabase, startEmptyDatabase } from "../support/backup/server-database.ts";

const missing = await whyNoBench();

describe.skipIf(missing !== undefined)("a backup by somebody who has taken the server over", () => {
  let bench: Bench;
  let server: ServerDatabase;
  let scratch: ServerDatabase;
  /** Is there when the drill's PostgreSQL has run a program. */
  let proof: string;
  const drill = () => bench.runScript("drill", { ...scratch.scratch, DRILL_MEDIA: "none" });

  beforeAll(async () => {
    [bench, server, scratch] = await Promise.all([openBench(), startEmptyDatabase(), startEmptyDatabase()]);
    proof = join(scratch.scratch["PGHOST"] ?? "", "proof");
    // Whatever a superuser does with it, restoring or counting, would run the program.
    const seizing = `CREATE FUNCTION seize() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
      IF current_setting('is_superuser') = 'on' THEN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch ${proof}'''; END IF; RETURN 1; END $$`;
    const statements = [
      "SET ROLE mastodon; CREATE TABLE accounts (id bigint PRIMARY KEY); INSERT INTO accounts VALUES (1)",
      seizing,
      "CREATE MATERIALIZED VIEW lists AS SELECT public.seize() AS id",
      "CREATE VIEW blocks AS SELECT public.seize() AS id",
    ];
    await server.psql("mastodon", statements.join("; "));
    expect(await bench.runScript("dump", { ...server.libpq, ...keepAll, BACKUP_TABLES: "accounts" })).toMatchObject({
      code: 0,
    });
  });
  afterAll(async () => {
    await server.stop();
    await scratch.stop();
    await bench.close();
  });

  it("runs no program by what its tables and views do", async () => {
    const { code, output } = await drill();
    expect(code, output).toBe(0);
    expect(existsSync(proof)).toBe(false);
    expect(await scratch.psql("postgres", "SELECT rolname FROM pg_roles WHERE rolname ~ '^drill_'")).toBe("");
  });

  it("runs no program by the names in its manifest", async () => {
    const key = `database/${await newestBackup(bench)}/manifest.json`;
    const manifest = await bench.command("rclone", "cat", `BACKUPS:backups/${key}`);
    const extension = JSON.stringify(`x"; COPY (SELECT 1) TO PROGRAM 'touch ${proof}'; --`);
    const forged = manifest.replace('"plpgsql"', `"plpgsql", ${extension}`);
    expect(forged).not.toBe(manifest);
    await fill(bench, "BACKUPS:backups", { [key]: forged });
    const { output } = await drill();
    expect(output).toContain("is not what its manifest says");
    expect(existsSync(proof)).toBe(false);
  });
});
