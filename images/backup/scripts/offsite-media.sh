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

# What curl shall do with each file, from lines "<md5>  ./<key>": one jq for all of them, because programs that are started for each object cost more than
# sending it. Three digits of the MD5 are two of base64, and its last two digits make the rest.
curl_batch() {
  jq -Rr --arg folder "$scratch/batch/" --arg offsite "$offsite/media/current/" --rawfile login "$scratch/offsite" '
    def digits: "0123456789abcdef" as $hex | explode | map([.] | implode | . as $digit | $hex | index($digit));
    def base64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" as $letters
      | (digits + [0]) as $all | [range(0; 33; 3) | $all[.] * 256 + $all[. + 1] * 16 + $all[. + 2] | (. / 64 | floor), . % 64 | $letters[.:. + 1]] | join("") + "==";
    .[:32] as $md5 | .[36:] as $key
    | "url = \($offsite + ($key | split("/") | map(@uri) | join("/")) | tojson)\nupload-file = \($folder + $key | tojson)\noutput = \"/dev/null\"\n"
    + "header = \"Content-MD5: \($md5 | base64)\"\nwrite-out = \"%{http_code}\\t%header{etag}\\t\($md5)\\n\"\ngloboff\n" + $login + "next"
  ' | sed '$d'
}
put_batch() {
  curl_batch <"$scratch/sums" >"$scratch/batch.curl"
  curl --no-progress-meter --parallel --parallel-max "${OFFSITE_TRANSFERS:-8}" --config "$scratch/batch.curl" >"$scratch/answers" || :
  [ "$(awk -F "$tab" '{ gsub(/"/, "", $2) } $1 == 200 && $2 == $3' "$scratch/answers" | wc -l)" -eq "$(wc -l <"$scratch/sums")" ]
}

# What one request cannot carry.
put_large() {
  while IFS="$tab" read -r key size sum; do
    [ "$size" -gt "$part_bytes" ] && [ -f "$scratch/batch/$key" ] || continue
    put "$scratch/batch/$key" "media/current/$key"
    mv "$scratch/batch/$key" "$scratch/large"
    printf '%s\t%s\t%s\t%s\n' "$key" "$size" "$sum" "$began" >>"$scratch/index"
  done <"$1"
}

copy_batch() {
  room "$scratch" "$(awk -F "$tab" '{ bytes += $2 } END { printf "%.0f", bytes }' "$1")"
  cut -f 1 "$1" >"$scratch/batch.keys"
  mkdir "$scratch/batch"
  retry "$tries" rclone copy --no-traverse --files-from-raw "$scratch/batch.keys" "$(bucket BACKUPS media/current)" "$scratch/batch" || die "cannot download media (see above)"
  put_large "$1"
  # Without what was removed since it was listed: the next run sees it no more.
  (cd "$scratch/batch" && find . -type f -print0 | xargs -0 -r md5sum --zero) | tr '\0' '\n' >"$scratch/sums"
  [ ! -s "$scratch/sums" ] || retry "$tries" put_batch ||
    die "cannot put media off site: the server's answers were $(cut -f 1 "$scratch/answers" | sort | uniq -c | tr '\n' ' ')"
  cut -c 37- "$scratch/sums" | awk -F "$tab" -v OFS="$tab" -v at="$began" 'FILENAME == "-" { put[$0] = 1; next } $1 in put { print $1, $2, $3, at }' - "$1" >>"$scratch/index"
  copied=$((copied + $(wc -l <"$scratch/sums")))
  bytes=$((bytes + $(du -sb --apparent-size "$scratch/batch" | cut -f 1)))
  rm -rf "$scratch/batch" "$scratch/large"
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
