# The part of pull for all but media: backups that are a folder with a manifest, and objects that are complete by being there. Sourced by pull.
# shellcheck shell=sh

# Lines "<key><tab><bytes><tab><time>", sorted, of everything but media. Whatever is written to a key changes its time.
list_source() {
  {
    printf '+ /%s/**\n' database valkey cluster state escrow drills media/manifests
    printf -- '- *\n'
  } >"$scratch/filter"
  keys "$scratch/unsorted" "$(bucket BACKUPS)" --recursive --files-only --format pst --separator "$tab" --filter-from "$scratch/filter"
  LC_ALL=C sort "$scratch/unsorted" >"$scratch/source"
}

# stamps_in KIND: of the folders in a listing (standard input) that have a manifest, oldest first.
stamps_in() { sed -n "s|^$1/\\([0-9]\\{8\\}T[0-9]\\{6\\}Z\\)/manifest\\.json$tab.*|\\1|p"; }
stamps_here() {
  place_list "$scratch/listed" "$1"
  sed "s|^|$1/|" "$scratch/listed" | stamps_in "$1"
}

# What the source's listing said of an item when it was pulled: lines "<item><tab><its line>" of all items, in one file. Written before items take their
# places: one without a record is taken for changed.
load_records() {
  : >"$scratch/records"
  if is_folder; then
    [ ! -f "$place/.pulled.tsv" ] || cp "$place/.pulled.tsv" "$scratch/records"
    return 0
  fi
  keys "$scratch/there" "$place" --files-only
  if grep -qx '\.pulled\.tsv' "$scratch/there"; then download "$place/.pulled.tsv" "$scratch/records"; fi
}
# said ITEM: what the source's listing says of it now, as a record.
said() { awk -F "$tab" -v OFS="$tab" -v item="$1" '$1 == item || index($1, item "/") == 1 { print item, $0 }' "$scratch/source"; }
recorded() { awk -F "$tab" -v item="$1" '$1 == item' "$scratch/records"; }
unchanged() { [ "$(said "$1")" = "$(recorded "$1")" ]; }
note() {
  awk -F "$tab" -v item="$1" '$1 != item' "$scratch/records" >"$scratch/records.new"
  said "$1" >>"$scratch/records.new"
  mv "$scratch/records.new" "$scratch/records"
}
save_records() { place_put "$scratch/records" .pulled.tsv; }

# sound FOLDER: whether its file is what its manifest says, by reading all of it. Leaves the manifest in $scratch/manifest.json.
sound() {
  place_get "$1/manifest.json" "$scratch/manifest.json"
  name=$(jq -r '.file.name // ""' "$scratch/manifest.json" 2>/dev/null) || name=
  case $name in
    '' | */*) return 1 ;;
  esac
  printf '%s\n' "$name" >"$scratch/name"
  place_sums "$scratch/sum" "$1" "$scratch/name"
  [ -s "$scratch/sum" ] && [ "$(cut -d ' ' -f 1 "$scratch/sum")" = "$(jq -r '.file.sha256' "$scratch/manifest.json")" ]
}

# bring ITEM: into .incoming. sync, so that nothing of a killed run is mixed in.
bring() {
  place_room "$(said "$1" | awk -F "$tab" '{ bytes += $3 } END { printf "%.0f", bytes }')"
  retry "$tries" rclone sync "$(bucket BACKUPS "$1")" "$incoming/$1" || die "cannot pull $1 (see above)"
}

pull_new() {
  bring "$1"
  if sound ".incoming/$1"; then
    note "$1"
    save_records
    place_move ".incoming/$1" "$1"
    pulled=$((pulled + 1))
  else
    complain "$1 is damaged at the source: its file is not what its manifest says. It was not taken"
    place_drop ".incoming/$1"
  fi
}

# The source says something else of it than when it was pulled. Keys of backups are used once, so somebody writes what nobody should.
pull_changed() {
  bring "$1"
  place_get "$1/manifest.json" "$scratch/ours.json"
  if ! sound ".incoming/$1"; then
    complain "$1 was changed at the source after it was pulled, and is damaged there. The copy here stays as it was"
    place_drop ".incoming/$1"
    return 0
  fi
  note "$1"
  save_records
  if cmp -s "$scratch/manifest.json" "$scratch/ours.json"; then
    place_drop ".incoming/$1" # written again, the same
  else
    complain "$1 was changed at the source after it was pulled. The copy here stays, and the other is beside it in $1.changed-$run; see who writes to the bucket"
    place_move ".incoming/$1" "$1.changed-$run"
  fi
}

# fresh HAVE STAMPS: those that came after the newest one here, or all. Older ones were removed here by this host's own retention; and who could push in
# old dates would push out what is here. A date in the future would do the same.
fresh() {
  newest=$(tail -n 1 "$1")
  limit=$(date -u -d "@$((began + 3600))" +%Y%m%dT%H%M%SZ)
  awk -v newest="$newest" -v limit="$limit" '$0 > newest && $0 <= limit' "$2" >"$scratch/new"
  awk -v limit="$limit" '$0 > limit' "$2" >"$scratch/later"
  # Not what would go at once.
  cat "$1" "$scratch/new" | sh "${0%/*}/thin" "$run" "$KEEP_HOURLY" "$KEEP_DAILY" "$KEEP_WEEKLY" "$KEEP_MONTHLY" | sort >"$scratch/passing"
  comm -23 "$scratch/new" "$scratch/passing"
}

pull_kind() {
  stamps_in "$1" <"$scratch/source" >"$scratch/theirs"
  stamps_here "$1" >"$scratch/have"
  fresh "$scratch/have" "$scratch/theirs" >"$scratch/wanted"
  [ ! -s "$scratch/later" ] || complain "dated in the future, and not taken: $1/$(tr '\n' ' ' <"$scratch/later")"
  while read -r wanted; do pull_new "$1/$wanted"; done <"$scratch/wanted"
  comm -12 "$scratch/have" "$scratch/theirs" >"$scratch/both"
  while read -r known; do unchanged "$1/$known" || pull_changed "$1/$known"; done <"$scratch/both"
  newest=$(tail -n 1 "$scratch/have")
  [ -z "$newest" ] || grep -qx "$newest" "$scratch/theirs" ||
    complain "$1/$newest, the newest here before this run, is gone at the source. It stays here; see who deletes in the bucket"
}

# What rots on a disk is found while the source may still have it.
verify_old() {
  stamps_here database | shuf -n "${VERIFY_COPIES:-1}" >"$scratch/checked"
  while read -r old; do
    if sound "database/$old"; then continue; fi
    complain "database/$old is damaged here: the disk may fail. It was set aside as $old.changed-$run"
    place_move "database/$old" "database/$old.changed-$run"
    if grep -q "^database/$old/manifest\.json$tab" "$scratch/source"; then pull_new "database/$old"; fi
  done <"$scratch/checked"
}

# Whether an object's name begins with a date that is older than KEEP_DELETED_DAYS. Keys have none and never go: an old dump may need an old key.
outdated() { expired "$(printf '%s' "$1" | cut -c 1-16)"; }
# forget_singles FOLDER: the newest always stays.
forget_singles() {
  place_list "$scratch/listed" "$1"
  cut -f 1 "$scratch/listed" | sort | sed '$d' >"$scratch/older"
  while read -r name; do if outdated "$name"; then place_drop_object "$1/$name"; fi; done <"$scratch/older"
}

pull_singles() {
  place_list "$scratch/listed" "$1"
  cut -f 1 "$scratch/listed" | sort >"$scratch/have"
  awk -F "$tab" -v folder="$1/" 'index($1, folder) == 1 { print substr($1, length(folder) + 1) }' "$scratch/source" >"$scratch/theirs"
  newest=$(tail -n 1 "$scratch/theirs")
  while read -r name; do
    if grep -Fxq "$name" "$scratch/have" && unchanged "$1/$name"; then continue; fi
    if outdated "$name" && [ "$name" != "$newest" ]; then continue; fi
    rm -f "$scratch/object"
    # Before it comes: who writes to the bucket could fill the disk of this host's system.
    room "$scratch" "$(said "$1/$name" | awk -F "$tab" 'NR == 1 { print $3 }')"
    download "$(bucket BACKUPS "$1/$name")" "$scratch/object"
    take_single "$1/$name" "$name"
  done <"$scratch/theirs"
}
take_single() {
  case $1 in
    *.age) is_age "$scratch/object" || {
      complain "$1 is no age file at the source. It was not taken"
      return 0
    } ;;
  esac
  place_room "$(size_of "$scratch/object")"
  if ! grep -Fxq "$2" "$scratch/have"; then
    note "$1"
    save_records
    place_put "$scratch/object" "$1"
    pulled=$((pulled + 1))
    return 0
  fi
  place_get "$1" "$scratch/ours"
  if ! cmp -s "$scratch/object" "$scratch/ours"; then
    complain "$1 was changed at the source after it was pulled. The copy here stays, and the other is beside it; see who writes to the bucket"
    place_put "$scratch/object" "$1.changed-$run"
  fi
  note "$1"
  save_records
}
is_age() { head -n 1 "$1" | grep -q -a -e '^age-encryption\.org/v1$' -e '^-----BEGIN AGE ENCRYPTED FILE-----'; }
