# Where the copies lie, KANSAS_CITY_PLACE: a folder of this host, which the shell's own programs serve best, or any place of rclone's. Sourced by pull.
# shellcheck shell=sh

is_folder() {
  case $place in
    /*) return 0 ;;
  esac
  return 1
}

# place_ready: a disk that is not mounted must not be mistaken for copies that are gone.
place_ready() {
  is_folder || return 0
  [ -d "$place" ] && [ -w "$place" ] || die "$place is no folder that can be written: is its disk mounted?"
  mkdir -p "$place/media/current" "$incoming/media"
}

# place_room BYTES: only a folder tells how much room it has.
place_room() { ! is_folder || room "$place" "$1"; }

# place_list FILE FOLDER: lines "<key><tab><bytes>", sorted.
place_list() {
  if ! is_folder; then
    keys "$1.unsorted" "$place/$2" --recursive --files-only --format ps --separator "$tab"
  elif [ -d "$place/$2" ]; then
    find "$place/$2" -type f -printf '%P\t%s\n' >"$1.unsorted"
  else
    : >"$1.unsorted"
  fi
  LC_ALL=C sort "$1.unsorted" >"$1"
  rm "$1.unsorted"
}

place_get() { if is_folder; then cp "$place/$1" "$2"; else download "$place/$1" "$2"; fi; }

# place_put FILE KEY: whole or not at all.
place_put() {
  if is_folder; then
    mkdir -p "$(dirname "$place/$2")"
    cp "$1" "$incoming/put"
    mv -f "$incoming/put" "$place/$2"
  else
    retry "$tries" rclone copyto "$1" "$place/$2" || die "cannot write $place/$2 (see above)"
  fi
}

# place_move FOLDER FOLDER: to where nothing is. In a bucket it is done object by object, so the manifest goes last.
place_move() {
  if is_folder; then
    mkdir -p "$place/$2"
    mv -T "$place/$1" "$place/$2" || die "cannot move $1 to $place/$2 (see above)"
  else
    retry "$tries" rclone move --exclude /manifest.json "$place/$1" "$place/$2" || die "cannot move $1 to $place/$2 (see above)"
    retry "$tries" rclone move "$place/$1" "$place/$2" || die "cannot move $1 to $place/$2 (see above)"
  fi
}
place_drop() {
  if is_folder; then rm -rf "${place:?}/$1"; else retry "$tries" rclone purge "$place/$1" || die "cannot remove $1 (see above)"; fi
}
place_drop_object() {
  if is_folder; then rm -f "$place/$1"; else retry "$tries" rclone deletefile "$place/$1" || die "cannot remove $1 (see above)"; fi
}

# place_move_keys KEYS FOLDER FOLDER: those of the keys, one a line in a file, that are there.
place_move_keys() { retry "$tries" rclone move --files-from-raw "$1" "$place/$2" "$place/$3" || die "cannot move what is gone at the source to $3 (see above)"; }

# place_sums FILE FOLDER KEYS: lines "<sha256>  <key>" of the keys, one a line in a file, from the bytes themselves, sorted.
place_sums() {
  if is_folder; then
    (cd "$place/$2" && tr '\n' '\0' <"$3" | xargs -0 -r sha256sum --) >"$1.unsorted" || :
  else
    retry "$tries" into "$1.unsorted" rclone hashsum sha256 --download --files-from-raw "$3" "$place/$2" || die "cannot read $place/$2 (see above)"
  fi
  LC_ALL=C sort "$1.unsorted" >"$1"
}

place_size() {
  if is_folder; then
    du -sb "$place" | cut -f 1
  else
    retry "$tries" into "$scratch/size" rclone size --json "$place" || die "cannot add up what is in $place (see above)"
    jq .bytes "$scratch/size"
  fi
}
