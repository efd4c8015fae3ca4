# What the scripts that talk to PostgreSQL share. Sourced after lib.sh.
# shellcheck shell=sh

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
  retry "$tries" into "$1" psql -X -q -At -w -v ON_ERROR_STOP=1 -v "tables=$tables" -f "$here/facts.sql"
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
      roles: (of("role") | map(.[0]))
    }' <"$1"
}

# Things in the database that are neither the system's nor an extension's, at most five.
foreign_things() {
  ask "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e') ORDER BY relname LIMIT 5" |
    tr '\n' ' '
}

# restore_dump JOBS: $scratch/dump into the database of PGDATABASE, with no rights beyond its owner's. Everything belongs to who is logged in.
# Grants to users that are not there are left out and listed in $scratch/grants-left-out. Call create_extensions before.
restore_dump() {
  pg_restore --list "$scratch/dump" >"$scratch/contents"
  # On a managed server extensions and their comments belong to somebody else.
  grep -Ev '^[0-9]+; [0-9]+ [0-9]+ (EXTENSION|COMMENT - EXTENSION|ACL|DEFAULT ACL) ' "$scratch/contents" >"$scratch/contents-all"
  grep -E '^[0-9]+; [0-9]+ [0-9]+ (ACL|DEFAULT ACL) ' "$scratch/contents" >"$scratch/contents-grants" || :
  say "restoring tables with $1 connections"
  run pg_restore --no-owner --exit-on-error --jobs="$1" --no-password --dbname="$PGDATABASE" --use-list="$scratch/contents-all" "$scratch/dump" ||
    return 1
  say "giving grants"
  : >"$scratch/grants-left-out"
  if [ -s "$scratch/contents-grants" ]; then
    pg_restore --no-owner --use-list="$scratch/contents-grants" --file="$scratch/grants.sql" "$scratch/dump"
    psql -X -q -w -f "$scratch/grants.sql" 2>"$scratch/grants-errors" >/dev/null || :
    sed -n 's/.*ERROR:  *//p' "$scratch/grants-errors" | sort -u >"$scratch/grants-left-out"
  fi
  say "gathering statistics"
  run psql -X -q -w -v ON_ERROR_STOP=1 -c "SET client_min_messages = error; ANALYZE" # warns of each table of the system otherwise
}

# create_extensions: those of the manifest; what cannot be had is listed in $scratch/extensions-left-out.
create_extensions() {
  : >"$scratch/extensions-left-out"
  # Who wrote the manifest is not known: only names that are nothing but names.
  jq -r '.extensions[]? | strings | select(test("^[A-Za-z0-9_-]+$"))' "$scratch/manifest.json" >"$scratch/extensions"
  while read -r extension; do
    ask "SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS \"$extension\"" </dev/null 2>"$scratch/extension-error" ||
      echo "$extension ($(sed 's/^ERROR: *//; q' "$scratch/extension-error"))" >>"$scratch/extensions-left-out"
  done <"$scratch/extensions"
}

# differences FILE: of the facts in FILE (JSON) from the manifest, a JSON list of sentences.
differences() {
  jq -c --slurpfile have "$1" --arg ignored "${DRILL_IGNORED_EXTENSIONS:-aiven_extras,aiven_gatekeeper}" '
    $have[0] as $have
    | [
        (.tables | to_entries[] | select($have.tables[.key] != .value)
          | "table \(.key) has \($have.tables[.key] // "no") rows instead of \(.value)"),
        (select(.newestStatus != $have.newestStatus) | "the newest status is of \($have.newestStatus) instead of \(.newestStatus)"),
        ((.extensions // []) - $have.extensions - ($ignored | split(",")) | .[] | "extension \(.) is missing")
      ]' "$scratch/manifest.json"
}
