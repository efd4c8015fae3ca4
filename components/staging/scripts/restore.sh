# Replaces the database by the dump, sanitised, in one transaction: nobody ever sees the data as they were, and whatever fails leaves
# everything as it was before. Failures are told by the pod's main container.
set -eu
cd "$COPY_FOLDER"
# The dump is the one place where the data lie as they were. A pod that is over keeps its folders.
trap 'rm -f production.dump' EXIT
if [ -e failure ] || [ -e copied ]; then exit 0; fi

# COMMIT is said only after all that stands before it: psql gives up at the first error, and undoes all where the end is missing.
statements() {
  echo 'BEGIN;' &&
    cat "$COPY_SQL/clear.sql" &&
    pg_restore --no-owner --no-privileges --no-comments --schema=public --file=- production.dump &&
    echo &&
    cat "$COPY_SQL/sanitise.sql" &&
    echo 'COMMIT;' &&
    touch all-said
}

if statements 2> errors-reading |
  psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1 > /dev/null 2> errors-writing && [ -e all-said ]; then
  cat errors-writing
  echo "The copy is in place."
else
  { tail -q -n 20 errors-reading errors-writing; echo "The copy failed, and nothing of it was kept."; } > failure
fi
