# What the scripts that talk to PostgreSQL share. Sourced after lib.sh.
# shellcheck shell=sh disable=SC2154 # lib.sh has what is not here

export PGSSLMODE="${PGSSLMODE:-verify-full}"
export PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-15}"
# What tells copies in pg_stat_activity from the application.
export PGAPPNAME="${PGAPPNAME:-backup}"

# Tables whose rows are counted. More cost time: each is read once more.
tables=${BACKUP_TABLES:-accounts,users,statuses,media_attachments,follows,blocks,favourites,bookmarks,custom_emojis,lists,settings,schema_migrations}

# ask SQL: what the database answers, without decoration.
ask() { psql -X -q -At -w -v ON_ERROR_STOP=1 -c "$1"; }

# facts FILE: what facts.sql tells of the database of PGDATABASE.
facts() {
  retry "$tries" into "$1" psql -X -q -At -w -v ON_ERROR_STOP=1 -v "tables=$tables" -f "${0%/*}/facts.sql"
}

# facts_json FILE: the same as the manifest has it.
facts_json() {
  jq -Rnc '
    [inputs | split("|")] as $facts
    | def of(kind): $facts | map(select(.[0] == kind) | .[1:]);
    {
      postgresql: { server: of("server")[0][0] },
      databaseBytes: (of("bytes")[0][0] | tonumber),
      tables: (of("table") | map({ (.[0]): (.[1] | tonumber) }) | add // {}),
      newestStatus: (of("newest")[0][0] // null),
      extensions: (of("extension") | map(.[0])),
      roles: (of("role") | map(.[0])),
    }' <"$1"
}

# Things in the database that are neither the system's nor an extension's, at most five.
foreign_things() {
  ask "SELECT relname FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e') ORDER BY relname LIMIT 5" |
    tr '\n' ' '
}
