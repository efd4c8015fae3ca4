-- What a manifest tells of a database, one fact a line: kind|name|value. A drill asks a restored database the same.
-- psql's variable `tables` names the key tables, separated by commas; those that are not there are left out.
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SELECT 'server', split_part(current_setting('server_version'), ' ', 1), '';
SELECT 'bytes', pg_database_size(current_database()), '';
SELECT 'extension', extname, extversion FROM pg_extension ORDER BY extname;
SELECT DISTINCT 'role', rolname, '' FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 2;
SELECT format('SELECT ''table'', %L, count(*) FROM public.%I', name, name)
  FROM unnest(string_to_array(:'tables', ',')) AS name WHERE to_regclass(format('public.%I', name)) IS NOT NULL \gexec
SELECT 'SELECT ''newest'', to_char(created_at, ''YYYY-MM-DD"T"HH24:MI:SS"Z"''), '''' FROM public.statuses ORDER BY id DESC LIMIT 1'
  WHERE to_regclass('public.statuses') IS NOT NULL \gexec
SELECT 'end', '', '';
