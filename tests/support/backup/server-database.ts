// A Mastodon server's database with generated rows, owned by a user who is no superuser, as DigitalOcean leaves it.
import { schemaSql } from "../mastodon-database.ts";
import { type RealPostgresql, startPostgresql } from "../real-postgresql.ts";

export interface ServerDatabase extends RealPostgresql {
  /** libpq's variables of the application's user. */
  readonly libpq: Readonly<Record<string, string>>;
  /** Of a superuser in a database without tables, as a drill has in its own pod. */
  readonly scratch: Readonly<Record<string, string>>;
}

/** Retention that removes nothing in a test. */
export const keepAll = {
  KEEP_HOURLY: "99",
  KEEP_DAILY: "99",
  KEEP_WEEKLY: "99",
  KEEP_MONTHLY: "99",
  KEEP_MINIMUM: "99", // tests make several in an hour
};

/** How many rows of each kind: 200,000 in all, as issue 7 asks for, and a thousand users. */
export const rows = { accounts: 20_000, statuses: 120_000, media_attachments: 20_000, favourites: 40_000, users: 1000 };

/** For the application's user, in a database with `schemaSql`. */
export const rowsSql = `
  INSERT INTO accounts (id, username, domain, public_key, note, display_name, uri, header_remote_url, inbox_url, outbox_url, shared_inbox_url,
    followers_url, following_url, locked, protocol, memorial, avatar_description, header_description)
  SELECT n, 'person' || n, CASE WHEN n % 10 > 0 THEN 'elsewhere' || n % 97 || '.example' END, md5(n::text), repeat(md5(n::text), 4), 'Person ' || n,
    'https://elsewhere.example/' || n, '', '', '', '', '', '', false, 1, false, '', ''
  FROM generate_series(1, ${rows.accounts}) AS n;
  INSERT INTO users (id, account_id, email, encrypted_password, confirmed_at, approved, disabled, otp_required_for_login, sign_in_count)
  SELECT n, n, 'person' || n || '@mail.example', md5(n::text), now(), true, false, false, 1 FROM generate_series(1, ${rows.users}) AS n;
  INSERT INTO statuses (id, account_id, visibility, text, spoiler_text, sensitive, local, created_at)
  SELECT n, 1 + n % ${rows.accounts}, 0, repeat(md5(n::text) || ' ', 1 + n % 8), '', false, n % 10 = 0, now() - (${rows.statuses} - n) * interval '7 seconds'
  FROM generate_series(1, ${rows.statuses}) AS n;
  INSERT INTO media_attachments (id, status_id, account_id, file_file_name, remote_url, type)
  SELECT n, n, 1 + n % ${rows.accounts}, md5(n::text) || '.jpg', '', 0 FROM generate_series(1, ${rows.media_attachments}) AS n;
  INSERT INTO favourites (id, account_id, status_id)
  SELECT n, 1 + n % ${rows.accounts}, 1 + n % ${rows.statuses} FROM generate_series(1, ${rows.favourites}) AS n;`;

/** Like a new database cluster: the application's user owns its database and the schema in it, and one more user may read. */
export async function startEmptyDatabase(): Promise<ServerDatabase> {
  const server = await startPostgresql();
  await server.psql("postgres", "CREATE ROLE mastodon LOGIN; CREATE ROLE reader LOGIN");
  await server.psql("postgres", "CREATE DATABASE mastodon OWNER mastodon");
  await server.psql("mastodon", "ALTER SCHEMA public OWNER TO mastodon");
  const { PGHOST = "" } = server.environment;
  const libpq = { PGHOST, PGUSER: "mastodon", PGDATABASE: "mastodon" };
  return { ...server, libpq, scratch: { PGHOST, PGUSER: "doadmin", PGDATABASE: "postgres" } };
}

export async function startServerDatabase(): Promise<ServerDatabase> {
  const server = await startEmptyDatabase();
  await server.psql("mastodon", `SET ROLE mastodon; ${schemaSql}`);
  await server.psql("mastodon", `SET ROLE mastodon; ${rowsSql} ANALYZE`);
  await server.psql("mastodon", "SET ROLE mastodon; GRANT SELECT ON statuses TO reader");
  return server;
}

/** A standby that follows the server, as a read-only node does. Stop it before the server. */
export async function startStandby(of: ServerDatabase): Promise<RealPostgresql> {
  return startPostgresql({ standbyOf: of.environment });
}
