# The media's part of copy-offsite: many small objects, so they go in batches with several connections, and one list remembers them all. Sourced after put.sh.
# shellcheck shell=sh

tab=$(printf '\t')
index_key=offsite/media/index.tsv.zst

# What was put: lines of key, bytes, MD5 and time.
read_index() {
  keys "$scratch/index-there" "$(bucket BACKUPS offsite/media)" --files-only
  : >"$scratch/index"
  grep -qx 'index\.tsv\.zst' "$scratch/index-there" || return 0
  download "$(bucket BACKUPS "$index_key")" "$scratch/index.zst"
  zstd --quiet --decompress --force "$scratch/index.zst" -o "$scratch/index" || die "$index_key cannot be read; remove it, and the next run puts all media again"
}

# One object replaces the former as a whole or not at all, so a run that is killed repeats what it did since, and forgets nothing.
write_index() {
  zstd --quiet --force "$scratch/index" -o "$scratch/index.zst"
  retry "$tries" rclone copyto "$scratch/index.zst" "$(bucket BACKUPS "$index_key")" || die "cannot write $index_key (see above)"
}

# New ones, changed ones, and those that the bucket's lifecycle would soon remove. What is gone here is forgotten here; there it stays until its time ends.
media_to_put() {
  keys "$scratch/media" "$(bucket BACKUPS media/current)" --recursive --files-only --fast-list --format psh --hash MD5 --separator "$tab"
  awk -F "$tab" -v OFS="$tab" -v since="$((began - renew * 86400))" -v kept="$scratch/index-kept" -v todo="$scratch/todo" '
    FILENAME == ARGV[1] { if ($4 >= since) put[$1 OFS $2 OFS $3] = $4; next }
    ($1 OFS $2 OFS $3) in put { print $1, $2, $3, put[$1 OFS $2 OFS $3] > kept; next }
    { print > todo }
  ' "$scratch/index" "$scratch/media"
  touch "$scratch/index-kept" "$scratch/todo"
  mv "$scratch/index-kept" "$scratch/index"
}

# batch-0, batch-1 … of at most 500 objects and 1 GiB, so that the scratch folder holds one of them and not all media.
split_batches() {
  awk -F "$tab" -v folder="$scratch" '
    NR == 1 || count == 500 || bytes + $2 > 1073741824 { if (NR > 1) { close(file); number++ } file = folder "/batch-" number + 0; count = 0; bytes = 0 }
    { print > file; count++; bytes += $2 }
  ' "$scratch/todo"
}

# curl_batch: what curl shall do with each file of the batch, read from the lines "<md5><tab><key>".
curl_batch() {
  between=
  while IFS="$tab" read -r sum key; do
    printf '%s' "$between"
    between="next
"
    printf 'url = "%s"\nupload-file = "%s"\noutput = "/dev/null"\n' "$(offsite_url "media/current/$key")" "$(printf '%s' "$scratch/batch/$key" | sed 's/[\\"]/\\&/g')"
    printf 'header = "Content-MD5: %s"\n' "$(printf '%s' "$sum" | tr a-f A-F | basenc --base16 --decode | base64)"
    printf 'write-out = "%%{http_code}\\t%%header{etag}\\t%s\\n"\n' "$(printf '%s' "$sum")"
    printf 'globoff\n'
    cat "$scratch/offsite"
  done
}
put_batch() {
  curl_batch <"$scratch/sums" >"$scratch/batch.curl"
  curl --no-progress-meter --parallel --parallel-max "${OFFSITE_TRANSFERS:-8}" --config "$scratch/batch.curl" >"$scratch/answers" || :
  [ "$(awk -F "$tab" '{ gsub(/"/, "", $2) } $1 == 200 && $2 == $3' "$scratch/answers" | wc -l)" -eq "$(wc -l <"$scratch/sums")" ]
}

copy_batch() {
  room "$scratch" "$(awk -F "$tab" '{ bytes += $2 } END { printf "%.0f", bytes }' "$1")"
  cut -f 1 "$1" >"$scratch/batch.keys"
  retry "$tries" rclone copy --no-traverse --files-from-raw "$scratch/batch.keys" "$(bucket BACKUPS media/current)" "$scratch/batch" || die "cannot download media (see above)"
  : >"$scratch/sums"
  while IFS="$tab" read -r key size sum; do
    # Removed since it was listed: the next run sees it no more.
    [ -f "$scratch/batch/$key" ] || continue
    if [ "$size" -gt "$part_bytes" ]; then
      put "$scratch/batch/$key" "media/current/$key"
    else
      printf '%s\t%s\n' "$(md5sum <"$scratch/batch/$key" | cut -d ' ' -f 1)" "$key" >>"$scratch/sums"
    fi
    printf '%s\t%s\t%s\t%s\n' "$key" "$size" "$sum" "$began" >>"$scratch/index.more"
    copied=$((copied + 1))
    bytes=$((bytes + size))
  done <"$1"
  [ ! -s "$scratch/sums" ] || retry "$tries" put_batch || die "cannot put media off site: the server's answers were $(cut -f 1 "$scratch/answers" | sort | uniq -c | tr '\n' ' ')"
  cat "$scratch/index.more" >>"$scratch/index"
  rm -rf "$scratch/batch" "$scratch/index.more"
}

copy_media_offsite() {
  read_index
  media_to_put
  [ -s "$scratch/todo" ] || return 0
  say "$(wc -l <"$scratch/todo") media objects to put off site"
  split_batches
  number=0
  while [ -f "$scratch/batch-$number" ]; do
    copy_batch "$scratch/batch-$number"
    number=$((number + 1))
    [ "$((number % 20))" -ne 0 ] || write_index
  done
  write_index
}
