// The SQL that makes room for a copy. It is the last of the guards that keep a real server's database from being dropped.
import { copyMark } from "./sanitise.ts";

/**
 * Refuses a database that holds a server which is no copy, then drops everything in the schema `public`. The schema itself stays: it belongs to
 * the platform's administrator.
 */
export const clearSql = `DO $$
DECLARE copies integer;
DECLARE dropping text;
BEGIN
  IF to_regclass('public.accounts') IS NOT NULL THEN
    SELECT count(*) INTO copies FROM public.ar_internal_metadata WHERE key = '${copyMark}';
    IF copies = 0 THEN
      RAISE EXCEPTION 'this database holds a server that is no copy; it stays as it is'
        USING HINT = 'a staging copy needs a stack of its own, with a database of its own';
    END IF;
  END IF;
  FOR dropping IN
    SELECT format('DROP %s IF EXISTS public.%I CASCADE',
      CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname)
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS public.%I(%s) CASCADE', proname, pg_get_function_identity_arguments(oid))
    FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
  LOOP
    EXECUTE dropping;
  END LOOP;
END $$;
`;
