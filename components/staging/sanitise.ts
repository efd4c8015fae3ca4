// The SQL that makes a copy of a production database fit to be used: written from the list of treatments, run in the transaction of the copy.
import { ownAddresses, type CopyNames } from "./own-addresses.ts";
import { quoted } from "./quoted.ts";
import { treatments, type ColumnTreatment } from "./treatments.ts";

/** Types that hold no text and no address. Everything else may hold anything, dates included: one could be a birthday. */
const harmlessTypes = "bool int2 int4 int8 float4 float8 numeric timestamp timestamptz _bool _int2 _int4 _int8".split(
  " ",
);

/** What is marked in the database once it is a copy, and what the next copy looks for before it drops anything. */
export const copyMark = "staging_copy";

/**
 * To be run in one transaction with the restore itself, so that nobody ever sees the data as they were. A table or column that is in no list
 * is emptied and told of; where that is impossible, the whole transaction fails.
 * @param copy the name of this copy, which is left in the database as its mark
 */
export function sanitiseSql(names: CopyNames, copy: string): string {
  return [
    "SET LOCAL search_path = pg_catalog, pg_temp;",
    "SET LOCAL client_min_messages = notice;",
    plan(names),
    hiddenAccounts,
    emptyTables,
    ...treatments.delete.map(({ table, where }) => `DELETE FROM public.${table} WHERE ${where};`),
    setColumns,
    blankUnknownColumns,
    defaults,
    refreshViews,
    mark(copy),
  ].join("\n\n");
}

/** Treatments as rows, so that what a version does not have is passed over. */
function plan(names: CopyNames): string {
  const kept = Object.entries(treatments.kept).flatMap(([table, columns]) =>
    Object.entries(columns).map(([column, treatment]) => planRow(names, table, column, treatment)),
  );
  const tables = [
    ...Object.keys(treatments.empty).map((table, rank) => [quoted(table), "true", String(rank)]),
    ...Object.keys(treatments.kept).map((table) => [quoted(table), "false", "0"]),
  ];
  return [
    "CREATE TEMP TABLE known_tables (name text PRIMARY KEY, emptied boolean, rank integer) ON COMMIT DROP;",
    `INSERT INTO known_tables VALUES\n${rows(tables)};`,
    "CREATE TEMP TABLE known_columns (table_name text, name text, value text, only_where text) ON COMMIT DROP;",
    `INSERT INTO known_columns VALUES\n${rows(kept)};`,
  ].join("\n");
}

const rows = (values: readonly (readonly string[])[]): string =>
  values.map((row) => `  (${row.join(", ")})`).join(",\n");

function planRow(names: CopyNames, table: string, column: string, treatment: ColumnTreatment): string[] {
  const key = [quoted(table), quoted(column)];
  if ("set" in treatment) return [...key, quoted(treatment.set), "NULL"];
  if ("keep" in treatment) return [...key, "NULL", "NULL"];
  const { value, where } = ownAddresses(names, column);
  return [...key, quoted(value), quoted(where)];
}

/** Local people of whom nothing is public: suspended ones, and those whom nobody has let in. The server's own actor is -99. */
const hiddenAccounts = `CREATE TEMP TABLE hidden_accounts ON COMMIT DROP AS
SELECT id FROM public.accounts
WHERE domain IS NULL AND id <> -99 AND (
  suspended_at IS NOT NULL
  OR EXISTS (SELECT FROM public.users WHERE account_id = accounts.id AND (confirmed_at IS NULL OR NOT approved))
);`;

/** Unknown tables first: they may refer to known ones. */
const emptyTables = `DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT relname AS name, known_tables.name IS NULL AS unknown
    FROM pg_class LEFT JOIN known_tables ON name = relname
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND coalesce(emptied, true)
    ORDER BY known_tables.name IS NOT NULL, rank
  LOOP
    IF found.unknown THEN RAISE NOTICE 'emptied the table %, which is in no list', found.name; END IF;
    EXECUTE format('DELETE FROM public.%I', found.name);
  END LOOP;
END $$;`;

const setColumns = `DO $$
DECLARE change record;
BEGIN
  FOR change IN
    SELECT table_name, only_where, string_agg(format('%I = %s', known_columns.name, value), ', ') AS assignments
    FROM known_columns
    JOIN pg_attribute ON attrelid = to_regclass(format('public.%I', table_name)) AND attname = known_columns.name
    WHERE value IS NOT NULL AND NOT attisdropped
    GROUP BY table_name, only_where
  LOOP
    EXECUTE format('UPDATE public.%I SET %s WHERE %s',
      change.table_name, change.assignments, coalesce(change.only_where, 'true'));
  END LOOP;
END $$;`;

const blankUnknownColumns = `DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT table_name, column_name, is_nullable = 'YES' AS nullable, column_default
    FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER'
      AND udt_name NOT IN (${harmlessTypes.map(quoted).join(", ")})
      AND table_name IN (SELECT name FROM known_tables WHERE NOT emptied)
      AND NOT EXISTS (
        SELECT FROM known_columns
        WHERE known_columns.table_name = columns.table_name AND known_columns.name = columns.column_name
      )
  LOOP
    IF NOT found.nullable AND found.column_default IS NULL THEN
      RAISE EXCEPTION 'the column %.% is in no list and cannot be emptied; nothing was copied', found.table_name, found.column_name
        USING HINT = 'say in components/staging/treatments.json what becomes of it';
    END IF;
    RAISE NOTICE 'emptied the column %.%, which is in no list', found.table_name, found.column_name;
    EXECUTE format('UPDATE public.%I SET %I = %s', found.table_name, found.column_name,
      CASE WHEN found.nullable THEN 'NULL' ELSE 'DEFAULT' END);
  END LOOP;
END $$;`;

/** Mastodon passes over servers that are marked as gone. Nobody signs up at a copy. */
const defaults = `INSERT INTO public.unavailable_domains (domain, created_at, updated_at)
VALUES ('federation.invalid', now(), now()) ON CONFLICT DO NOTHING;
INSERT INTO public.settings (var, value, created_at, updated_at)
VALUES ('registrations_mode', E'--- none\\n', now(), now());`;

/** They were filled while the data were as they had been. */
const refreshViews = `DO $$
DECLARE view record;
BEGIN
  FOR view IN SELECT matviewname AS name FROM pg_matviews WHERE schemaname = 'public' LOOP
    EXECUTE format('REFRESH MATERIALIZED VIEW public.%I', view.name);
  END LOOP;
END $$;`;

function mark(copy: string): string {
  return `INSERT INTO public.ar_internal_metadata (key, value, created_at, updated_at)
VALUES (${quoted(copyMark)}, ${quoted(copy)}, now(), now())
ON CONFLICT (key) DO UPDATE SET value = excluded.value;`;
}
