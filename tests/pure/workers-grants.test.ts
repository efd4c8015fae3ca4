// The rights of workers' database users, on a real PostgreSQL with the roles that a managed one has.
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { membershipStatements, tableStatements } from "../../components/workers/grants/statements.ts";

let database: PGlite;

/** Runs the statements as somebody who is no superuser. */
async function as(role: string, ...statements: readonly string[]): Promise<void> {
  await database.exec(`SET SESSION AUTHORIZATION ${role}`);
  try {
    for (const statement of statements) await database.exec(statement);
  } finally {
    await database.exec("SET SESSION AUTHORIZATION postgres");
  }
}

const grant = async (...users: readonly string[]): Promise<void> => {
  await as("doadmin", ...membershipStatements(users));
  await as("mastodon", ...tableStatements);
};

beforeAll(async () => {
  database = await PGlite.create();
  // The platform makes users itself, so that its administrator may not give membership in them (PostgreSQL 16).
  await database.exec(`CREATE ROLE doadmin LOGIN CREATEROLE CREATEDB; CREATE ROLE mastodon LOGIN;
    CREATE ROLE "worker-queue-1" LOGIN; CREATE ROLE "worker-home" LOGIN; CREATE ROLE stranger LOGIN;
    ALTER SCHEMA public OWNER TO doadmin`);
  await as("doadmin", "GRANT USAGE, CREATE ON SCHEMA public TO mastodon");
  await as("mastodon", "CREATE TABLE statuses (id bigserial PRIMARY KEY, text text)");
  await grant("worker-queue-1", "worker-home");
});
afterAll(() => database.close());

const write = "INSERT INTO statuses (text) VALUES ('x'); UPDATE statuses SET text = 'y'; DELETE FROM statuses";

it("let a worker read and write what the application made", async () => {
  await expect(as('"worker-queue-1"', write, "SELECT * FROM statuses")).resolves.toBeUndefined();
});

it("let a worker use what later migrations make", async () => {
  await as("mastodon", "CREATE TABLE polls (id bigserial PRIMARY KEY, text text)");
  await expect(as('"worker-home"', "INSERT INTO polls (text) VALUES ('x')")).resolves.toBeUndefined();
});

it("are given once more without a complaint", async () => {
  await expect(grant("worker-queue-1", "worker-home")).resolves.toBeUndefined();
});

it.each([
  "DROP TABLE statuses",
  "ALTER TABLE statuses ADD COLUMN more text",
  "CREATE TABLE own ()",
  "SET ROLE mastodon",
])("do not let a worker %s", async (statement) => {
  await expect(as('"worker-queue-1"', statement)).rejects.toThrow(/permission denied|must be owner/);
});

it("are nobody else's", async () => {
  await expect(as("stranger", "SELECT * FROM statuses")).rejects.toThrow("permission denied");
});

it("do not keep a worker's user from being dropped, and end with it", async () => {
  await expect(database.exec('DROP ROLE "worker-home"')).resolves.toBeDefined();
  const { rows } = await database.query(
    "SELECT count(*)::int AS members FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE r.rolname = 'mastodon_workers' AND NOT m.admin_option",
  );
  expect(rows).toEqual([{ members: 1 }]);
});
