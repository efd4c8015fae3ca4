# The media's part of pull. media/current here follows the source, except that what goes or changes there moves to media/history/<stamp>/ here, for a time
# that only this host knows. Sourced by pull.
# shellcheck shell=sh

# A disk would have to read every file to compare checksums; it knows the times that rclone gave its files. In a bucket it is the other way round.
media_compare() { is_folder || printf '%s' --checksum; }

source_sizes() {
  keys "$1.unsorted" "$(bucket BACKUPS media/current)" --recursive --files-only --fast-list --format ps --separator "$tab"
  LC_ALL=C sort "$1.unsorted" >"$1"
}
media_keys() { cut -f 1 "$1" | LC_ALL=C sort; }

# Whether more is gone or changed than may be: then somebody empties the bucket, or overwrites it.
media_looks_wrong() {
  had=$(wc -l <"$scratch/media.here")
  gone=$(LC_ALL=C comm -23 "$scratch/media.here" "$scratch/media.source" | wc -l)
  [ "$((gone * 100))" -gt "$((had * ${MAX_DELETE_PERCENT:-10}))" ]
}

# sync, and not copy: what a killed run left in .incoming and the source has no more must not take its place.
fetch_media() {
  # shellcheck disable=SC2046
  retry "$tries" rclone sync --fast-list --transfers 8 --checkers 16 $(media_compare) --compare-dest "$place/media/current" "$(bucket BACKUPS media/current)" "$incoming/media" ||
    die "not all media could be pulled (see above); the next run goes on from there"
}

add_media() {
  place_list "$scratch/media.new" .incoming/media
  [ -s "$scratch/media.new" ] || return 0
  retry "$tries" rclone move "$@" --delete-empty-src-dirs "$incoming/media" "$place/media/current" || die "cannot move media to their place (see above)"
}

set_aside() {
  media_keys "$scratch/media.source" >"$scratch/keys.source"
  media_keys "$scratch/media.here" | LC_ALL=C comm -23 - "$scratch/keys.source" >"$scratch/vanished"
  [ -s "$scratch/vanished" ] || return 0
  place_move_keys "$scratch/vanished" media/current "media/history/$run"
}

# What was there when this run began is here now, or is gone there too by now.
media_complete() {
  media_keys "$scratch/media.after" >"$scratch/keys.after"
  media_keys "$scratch/media.source" | LC_ALL=C comm -23 - "$scratch/keys.after" >"$scratch/absent"
  [ -s "$scratch/absent" ] || return 0
  keys "$scratch/still" "$(bucket BACKUPS media/current)" --recursive --files-only --files-from-raw "$scratch/absent"
  [ ! -s "$scratch/still" ] || complain "$(wc -l <"$scratch/still") media objects of the source are not here, among them $(head -n 1 "$scratch/still")"
}

# The copy at the source was compared with the live media byte by byte, for a sample that its manifest names. The same bytes must be here.
media_sample() {
  place_list "$scratch/media.manifests" media/manifests
  newest=$(cut -f 1 "$scratch/media.manifests" | grep '\.json$' | tail -n 1)
  [ -n "$newest" ] || return 0
  place_get "media/manifests/$newest" "$scratch/sample.json"
  jq -r '.sample[] | [.key, (.size | tostring), .sha256] | @tsv' "$scratch/sample.json" 2>/dev/null | LC_ALL=C sort >"$scratch/sample.all" ||
    complain "media/manifests/$newest cannot be read"
  # Without what was deleted or changed since.
  awk -F "$tab" 'FILENAME == ARGV[1] { is[$1 FS $2] = 1; next } ($1 FS $2) in is { print $3 "  " $1 }' "$scratch/media.source" "$scratch/sample.all" |
    LC_ALL=C sort >"$scratch/sample.wanted"
  [ -s "$scratch/sample.wanted" ] || return 0
  cut -c 67- "$scratch/sample.wanted" >"$scratch/sample.keys"
  place_sums "$scratch/sample.sums" media/current "$scratch/sample.keys"
  LC_ALL=C comm -23 "$scratch/sample.wanted" "$scratch/sample.sums" | cut -c 67- >"$scratch/sample.wrong"
  [ -s "$scratch/sample.wrong" ] || return 0
  place_move_keys "$scratch/sample.wrong" media/current "media/history/$run"
  complain "media that are not what $newest says: $(head -n 5 "$scratch/sample.wrong" | tr '\n' ' '). They were set aside, and the next run pulls them again"
}

pull_media() {
  source_sizes "$scratch/media.source"
  place_list "$scratch/media.here" media/current
  place_room "$(LC_ALL=C comm -23 "$scratch/media.source" "$scratch/media.here" | awk -F "$tab" '{ bytes += $2 } END { printf "%.0f", bytes }')"
  fetch_media
  if media_looks_wrong; then
    complain "$gone of $had media objects here are gone or have another size at the source, and at most ${MAX_DELETE_PERCENT:-10} % may (MAX_DELETE_PERCENT). Nothing of them was touched here; see who writes to the bucket"
    add_media --ignore-existing
  else
    add_media --backup-dir "$place/media/history/$run"
    set_aside
  fi
  place_list "$scratch/media.after" media/current
  media_bytes=$(awk -F "$tab" '{ bytes += $2 } END { printf "%.0f", bytes }' "$scratch/media.after")
  media_complete
  media_sample
}
