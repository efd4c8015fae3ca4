// A real PostgreSQL with Mastodon's tables, empty or with a tell-tale text in every column that can hold one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import { projectRoot } from "../stacks.ts";

interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly references: string | undefined;
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

const types: Readonly<Record<string, string>> = {
  t: "text",
  j: "json",
  J: "jsonb",
  i: "inet",
  a: "varchar[]",
  A: "text[]",
  b: "bigint",
  B: "bigint[]",
  n: "integer",
  o: "boolean",
  d: "timestamp",
};

const onDelete: Readonly<Record<string, string>> = { "^": "CASCADE", "~": "SET NULL", "-": "NO ACTION" };

/** The tables of Mastodon 4.6, as tests/data/mastodon-schema.txt tells them. */
export const mastodonTables: readonly Table[] = readFileSync(
  join(projectRoot, "tests/data/mastodon-schema.txt"),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [name = "", columns = ""] = line.split(": ");
    return { name, columns: columns.split(" ").map(columnOf) };
  });

function columnOf(text: string): Column {
  const {
    name = "",
    type = "",
    bang,
    table,
    rule = "",
  } = /^(?<name>\w+)(:(?<type>\w))?(?<bang>!)?(>(?<table>\w+)(?<rule>.))?$/.exec(text)?.groups ?? {};
  if (name === "") throw new Error(`tests/data/mastodon-schema.txt has a column that cannot be read: ${text}`);
  const references = table && `REFERENCES ${table} ON DELETE ${onDelete[rule]}`;
  return { name, type: types[type] ?? "varchar", required: bang === "!", references };
}

/** Tables that have no `id` of their own, and the key that they have. */
const otherKeys: Readonly<Record<string, string>> = {
  ar_internal_metadata: "PRIMARY KEY (key)",
  schema_migrations: "PRIMARY KEY (version)",
  accounts_tags: "PRIMARY KEY (tag_id, account_id)",
  statuses_tags: "PRIMARY KEY (tag_id, status_id)",
  preview_cards_statuses: "PRIMARY KEY (status_id, preview_card_id)",
};

const uniqueColumns: Readonly<Record<string, string>> = {
  unavailable_domains: "domain",
  settings: "var",
  users: "email",
};

function tableSql({ name, columns }: Table): string {
  const key = otherKeys[name];
  const unique = uniqueColumns[name];
  const parts = [
    ...(key === undefined ? ["id bigserial PRIMARY KEY"] : [key]),
    ...columns.map((column) => `"${column.name}" ${column.type}${column.required ? " NOT NULL" : ""}`),
    "created_at timestamp DEFAULT now()",
    "updated_at timestamp DEFAULT now()",
    ...(unique === undefined ? [] : [`UNIQUE (${unique})`]),
  ];
  return `CREATE TABLE public.${name} (${parts.join(", ")});`;
}

const referencesSql = ({ name, columns }: Table): string =>
  columns
    .filter(({ references }) => references !== undefined)
    .map((column) => `ALTER TABLE public.${name} ADD FOREIGN KEY ("${column.name}") ${column.references};`)
    .join("\n");

/** All tables with their references, and a materialised view as Mastodon has some. */
export const schemaSql = `
  ${mastodonTables.map(tableSql).join("\n")}
  ${mastodonTables.map(referencesSql).join("\n")}
  CREATE FUNCTION public.timestamp_id(table_name text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
  CREATE MATERIALIZED VIEW public.instances AS SELECT domain, count(*) AS count, min(email) AS example
  FROM public.accounts LEFT JOIN public.users ON account_id = accounts.id GROUP BY domain;`;

/** A PostgreSQL of its own inside this process. */
export async function mastodonDatabase(): Promise<PGlite> {
  const database = new PGlite();
  await database.exec(schemaSql);
  return database;
}

/** The text that a column of a row is filled with. */
export const telltale = (table: string, column: string): string => `telltale-${table}-${column}`;

const values: Readonly<Record<string, (text: string) => string>> = {
  varchar: (text) => `'${text}'`,
  text: (text) => `'${text}'`,
  json: (text) => `'{"of":"${text}"}'`,
  jsonb: (text) => `'{"of":"${text}"}'`,
  inet: () => "'198.51.100.77'",
  "varchar[]": (text) => `ARRAY['${text}']`,
  "text[]": (text) => `ARRAY['${text}']`,
  bigint: () => "1",
  "bigint[]": () => "ARRAY[1]",
  integer: () => "0",
  boolean: () => "true",
  timestamp: () => "'2026-11-01 10:00'",
};

/** One row in every table, number 1, with a tell-tale in each column that takes one; `given` are values in SQL that differ. */
export function telltaleRow({ name, columns }: Table, given: Readonly<Record<string, string>>): string {
  const all = columns.map(
    (column) => given[column.name] ?? values[column.type]?.(telltale(name, column.name)) ?? "NULL",
  );
  return `INSERT INTO public.${name} (${columns.map((column) => `"${column.name}"`).join(", ")}) VALUES (${all.join(", ")});`;
}

/** Every text that any row of any table or view shows, with its table. */
export async function everything(database: Transaction): Promise<Map<string, string>> {
  const { rows } = await database.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'm')",
  );
  const texts = new Map<string, string>();
  for (const { name } of rows) {
    const shown = await database.query<{ text: string }>(
      `SELECT string_agg(t::text, ' ') AS text FROM public.${name} t`,
    );
    texts.set(name, shown.rows[0]?.text ?? "");
  }
  return texts;
}

/** Three people of the server, the server's own actor, and somebody elsewhere. */
export const people = `
  INSERT INTO public.user_roles (id, name, color, position, permissions, require_2fa) VALUES (1, 'Owner', '', 1, 1, false);
  INSERT INTO public.accounts (id, username, domain, private_key, public_key, note, display_name, uri, header_remote_url, inbox_url, outbox_url,
    shared_inbox_url, followers_url, following_url, locked, protocol, memorial, avatar_description, header_description)
  SELECT id, username, domain, CASE WHEN domain IS NULL THEN 'private' END, 'public', '', '', '', '', 'https://elsewhere.example/inbox', '',
    'https://elsewhere.example/inbox', '', '', false, 1, false, '', ''
  FROM (VALUES (-99, 'instance', NULL), (1, 'ada', NULL), (2, 'bob', NULL), (3, 'eve', NULL), (4, 'remote', 'elsewhere.example'))
    AS person (id, username, domain);
  INSERT INTO public.users (id, account_id, email, encrypted_password, confirmed_at, approved, disabled, otp_required_for_login, role_id, sign_in_count)
  SELECT id, id, 'person' || id || '@mail.example', CASE id WHEN 1 THEN '' ELSE 'hash' END, now(), true, false, true, 1, 9
  FROM generate_series(1, 3) AS id;`;

/** A post of the first person. */
export const post = (id: number, visibility: number, text: string): string => `
  INSERT INTO public.statuses (id, account_id, visibility, text, spoiler_text, sensitive, local)
  VALUES (${id}, 1, ${visibility}, '${text}', '', false, true);`;
