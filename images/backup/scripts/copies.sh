# How to get at the database dumps of a copy. Sourced after lib.sh, by what verifies, drills and restores.
# shellcheck shell=sh

# copy_place NAME: where a copy begins, as rclone calls it. KANSAS_CITY_PLACE is a folder there, or any place of rclone's.
copy_place() {
  case $1 in
    backups) bucket BACKUPS ;;
    offsite) bucket OFFSITE ;;
    kansas-city) need KANSAS_CITY_PLACE && printf '%s\n' "${KANSAS_CITY_PLACE%/}" ;;
    *) die "there is no copy called $1: take backups, offsite or kansas-city" ;;
  esac
}

# choose PLACE [STAMP]: sets `chosen` to that backup or the newest, and `futures` to how many claim to be from later than now. Those are not taken
# unless asked for: some clock was wrong, and what is really newest would be passed over.
choose() {
  whole "$scratch/stamps" "$1/database"
  soon=$(date -u -d "@$(($(now) + 600))" +%Y%m%dT%H%M%SZ)
  futures=$(awk -v soon="$soon" '$0 > soon { n++ } END { print n + 0 }' "$scratch/stamps")
  if [ -n "${2:-}" ]; then
    chosen=$2
    grep -qx "$chosen" "$scratch/stamps" ||
      die "$1/database has no complete backup $chosen; there are: $(tail -n 10 "$scratch/stamps" | tr '\n' ' ')"
    return 0
  fi
  chosen=$(awk -v soon="$soon" '$0 <= soon' "$scratch/stamps" | tail -n 1)
  [ -n "$chosen" ] || die "$1/database has no complete backup (a folder without manifest.json is none)$(in_future)"
}
in_future() { [ "$futures" = 0 ] || printf ', and %s that claim to be from the future: a clock here or there is wrong' "$futures"; }

# read_manifest PLACE STAMP: into $scratch/manifest.json, and what it says into the variables file_name, file_size, file_sha256, data_time and more.
read_manifest() {
  download "$1/database/$2/manifest.json" "$scratch/manifest.json"
  jq -e '.version == 1 and .kind == "database" and (.file.name | test("^[A-Za-z0-9._-]+$"))
    and (.file.size | type == "number") and (.file.sha256 | test("^[0-9a-f]{64}$")) and (.tables | type == "object")' \
    "$scratch/manifest.json" >/dev/null 2>&1 ||
    die "$1/database/$2/manifest.json is not a manifest of a database that this program knows"
  file_name=$(jq -r .file.name "$scratch/manifest.json")
  file_size=$(jq -r .file.size "$scratch/manifest.json")
  file_sha256=$(jq -r .file.sha256 "$scratch/manifest.json")
  data_time=$(jq -r '.data // .started | fromdate' "$scratch/manifest.json")
  database_size=$(jq -r '.databaseBytes // 0' "$scratch/manifest.json")
  unpacked_size=$(jq -r '.unpacked // (.file.size * 12)' "$scratch/manifest.json")
}

# check_size PLACE STAMP: before anything is fetched.
check_size() {
  keys "$scratch/there" "$1/database/$2" --files-only --format sp --separator ' ' --include "/$file_name"
  there=$(awk 'NR == 1 { print $1 }' "$scratch/there")
  [ -n "$there" ] || die "$1/database/$2/$file_name is missing, and its manifest is there: restore an older version of the object, or take another backup"
  [ "$there" = "$file_size" ] || die "$1/database/$2/$file_name has $there bytes, and its manifest says $file_size: it is truncated or was changed"
}

check_sum() {
  [ "$1" = "$file_sha256" ] || die "$2 has SHA-256 $1, and its manifest says $file_sha256: its content was changed"
}

# unpack PLACE STAMP: fetched, checked, decrypted, into $scratch/dump and $scratch/roles.sql.
unpack() {
  need BACKUP_IDENTITY_FILE
  check_size "$1" "$2"
  room "$scratch" "$((file_size + unpacked_size))"
  say "fetching $file_size bytes from $1/database/$2"
  download "$1/database/$2/$file_name" "$scratch/archive"
  check_sum "$(sha256_of "$scratch/archive")" "$1/database/$2/$file_name"
  say "decrypting"
  run open_archive
  unbroken "the backup could not be opened: is BACKUP_IDENTITY_FILE ($BACKUP_IDENTITY_FILE) the private key of one of its recipients?"
  rm -f "$scratch/archive"
  [ -s "$scratch/dump/toc.dat" ] || die "the archive has no dump in it"
}
open_archive() {
  watched age --decrypt --identity "$BACKUP_IDENTITY_FILE" "$scratch/archive" | watched zstd -q -d | watched tar -C "$scratch" -xf - --no-same-owner
}
