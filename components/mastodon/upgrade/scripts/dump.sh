# Dumps the database into the scratch folder, unless the container before found that no dump is needed or possible.
# Whatever fails is told by the container after this one: the engine shows the log of a pod's main container only.
set -eu
cd "$DUMP_FOLDER"
if [ -e skip ] || [ -e failure ]; then exit 0; fi

give_up() {
  rm -f database.dump
  cat > failure
}

# In blocks of 512 bytes. Without it the kubelet evicts the pod that writes too much, and nobody is told why.
ulimit -f "$((DUMP_MIB * 2048))"
status=0
pg_dump --format=custom --no-password --file=database.dump 2> errors || status=$?
if [ "$status" -eq 153 ] || grep -q "File too large" errors; then
  echo "The dump is larger than the $DUMP_MIB MiB that it may take: set mastodon.upgrades.scratch to more." | give_up
  exit 0
fi
if [ "$status" -ne 0 ]; then
  { tail -n 20 errors; echo "pg_dump failed with exit code $status."; } | give_up
  exit 0
fi
# A dump whose table of contents cannot be read would be worth nothing.
if ! pg_restore --list database.dump > /dev/null 2> errors; then
  { tail -n 20 errors; echo "The dump cannot be read back."; } | give_up
fi
