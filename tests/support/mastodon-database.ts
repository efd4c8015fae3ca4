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
export async function mastodonDatabase(): Promise<PGlite> {
  const database = new PGlite();
  await database.exec(`
    ${mastodonTables.map(tableSql).join("\n")}
    ${mastodonTables.map(referencesSql).join("\n")}
    CREATE MATERIALIZED VIEW public.instances AS SELECT domain, count(*) AS count, min(email) AS example
    FROM public.accounts LEFT JOIN public.users ON account_id = accounts.id GROUP BY domain;`);
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
