# What all backup scripts share: messages, bounded retries, one run at a time, scratch space, uploads, manifests, and the news of a success.
# Sourced, never run: . "$(dirname "$0")/lib.sh". Strict POSIX sh, as Debian's dash runs it. Messages go to standard error, so that output can be captured.
# shellcheck shell=sh
set -eu
umask 077

# Where the scripts lie.
here=$(dirname "$0")
began=$(date -u +%s)
scratch=
child=

# rclone asks no file for its remotes, and makes no bucket. Servers that answer 500 or 503 are asked ten times with growing pauses; `retry` bounds the rest.
# With one try of its own, a failed command ends soon enough that the next try begins with a fresh listing.
export RCLONE_CONFIG="${RCLONE_CONFIG:-/notfound}"
export RCLONE_S3_NO_CHECK_BUCKET="${RCLONE_S3_NO_CHECK_BUCKET:-true}"
export RCLONE_RETRIES="${RCLONE_RETRIES:-1}"
export RCLONE_LOW_LEVEL_RETRIES="${RCLONE_LOW_LEVEL_RETRIES:-10}"
export RCLONE_CONTIMEOUT="${RCLONE_CONTIMEOUT:-30s}"
export RCLONE_TIMEOUT="${RCLONE_TIMEOUT:-5m}"
export RCLONE_STATS="${RCLONE_STATS:-0}"
# With it rclone 1.60 opens no S3 remote at all ("unable to load custom CA bundle"); RCLONE_CA_CERT does what it should.
unset AWS_CA_BUNDLE

# How often a network step is tried.
tries=4

say() { printf '%s: %s\n' "${BACKUP_TASK:-${0##*/}}" "$*" >&2; }

die() {
  say "failed: $*"
  exit 1
}

# need VARIABLE…: all that are unset or empty are named at once.
need() {
  missing=
  for variable in "$@"; do
    eval "value=\${$variable:-}"
    [ -n "$value" ] || missing="$missing $variable"
  done
  [ -z "$missing" ] || die "these environment variables must be set:$missing"
}

# retry COUNT COMMAND…: pauses of BACKUP_RETRY_SECONDS, doubling. What the last try returned is returned.
# Do not capture its output: a failed try may have printed half of it. Let COMMAND write a file instead (see `into`).
retry() {
  attempts=$1
  pause=${BACKUP_RETRY_SECONDS:-10}
  shift
  attempt=1
  while :; do
    status=0
    run "$@" || status=$?
    [ "$status" -ne 0 ] || return 0
    [ "$attempt" -lt "$attempts" ] || return "$status"
    say "try $attempt of $attempts failed ($1 ${2:-}, status $status), next in $pause s"
    run sleep "$pause"
    attempt=$((attempt + 1))
    pause=$((pause * 2))
  done
}

# run COMMAND…: the shell stays free to hear SIGTERM, which it would not while a command runs in the foreground. COMMAND's standard input is empty.
run() {
  "$@" &
  child=$!
  outcome=0
  wait "$child" || outcome=$?
  child=
  return "$outcome"
}

# into FILE COMMAND…: its output in FILE, which each try begins anew.
into() {
  target=$1
  shift
  "$@" >"$target"
}

# watched COMMAND…: a part of a pipeline, whose failure `unbroken` tells. sh itself looks only at a pipeline's last command.
watched() { "$@" || printf '%s\n' "${1##*/}" >>"$scratch/broken"; }
unbroken() {
  [ ! -s "$scratch/broken" ] || die "$1: $(sort -u "$scratch/broken" | tr '\n' ' ')failed (see above)"
}

# lock NAME: one run at a time on this scratch folder. The kernel frees the lock when the run and all that it started have ended, however they ended.
# Runs in other pods are kept apart by the CronJob, and their keys by their stamps.
lock() {
  need BACKUP_WORK
  [ -d "$BACKUP_WORK" ] || die "BACKUP_WORK is $BACKUP_WORK, which is no folder"
  exec 9>"$BACKUP_WORK/$1.lock" || die "cannot write into BACKUP_WORK ($BACKUP_WORK)"
  flock --nonblock 9 || die "another run of $1 is at work on $BACKUP_WORK; this one ends and changes nothing"
  # What a killed run left. Nobody else is here: the lock is ours.
  rm -rf "$BACKUP_WORK/$1.scratch".*
  scratch=$(mktemp -d "$BACKUP_WORK/$1.scratch.XXXXXX")
}

# The parent first, or it would start its next try.
end_tree() {
  below=$(cat "/proc/$1/task/$1/children" 2>/dev/null) || :
  kill "$1" 2>/dev/null || :
  for process in $below; do end_tree "$process"; done
}

# Scripts that make something elsewhere define `undo`, which runs however they end.
undo() { :; }

at_end() {
  code=$?
  trap - EXIT
  trap '' TERM INT HUP
  [ -z "$child" ] || end_tree "$child"
  undo || :
  [ -z "$scratch" ] || rm -rf "$scratch"
  exit "$code"
}
trap at_end EXIT
trap 'say "stopped by a signal"; exit 143' TERM INT HUP

# room FOLDER BYTES: ends the run when the folder's disk has less.
room() {
  free=$(df -Pk "$1" | awk 'NR == 2 { printf "%.0f", $4 * 1024 }')
  [ "$free" -ge "$2" ] || die "$1 has $free bytes free, and $2 are needed; give the scratch folder more room (nothing was changed)"
}

# Coordinated universal time, so that names sort by age.
stamp() { date -u +%Y%m%dT%H%M%SZ; }
now() { date -u +%s; }

# seconds_of STAMP: since 1970.
seconds_of() {
  date -u -d "$(echo "$1" | sed 's/^\(....\)\(..\)\(..\)T\(..\)\(..\)\(..\)Z$/\1-\2-\3T\4:\5:\6Z/')" +%s
}

size_of() { stat -c %s "$1"; }
sha256_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# bucket NAME [KEY]: what rclone calls a key in the bucket of MEDIA, BACKUPS or OFFSITE; the copy in Kansas City is a plain folder.
bucket() {
  eval "name=\${$1_BUCKET:-}"
  [ -n "$name" ] || die "these environment variables must be set: $1_BUCKET"
  printf '%s:%s%s\n' "$1" "$name" "${2:+/$2}"
}

# keys FILE PLACE [rclone lsf options]: what is there, one a line; a place that does not exist is empty.
keys() {
  retry "$tries" into "$1" list_keys "$@" || die "cannot list $2 (see above)"
}
list_keys() {
  place=$2
  shift 2
  rclone lsf "$@" "$place" || [ $? -eq 3 ] # 3: directory not found
}

# upload FILE PLACE: a new object, never another content under a key that exists. Its size is asked for again afterwards; rclone compares the MD5.
upload() {
  retry "$tries" rclone copyto --immutable "$1" "$2" || die "cannot upload to $2 (see above); what is there already stays as it is"
  keys "$scratch/uploaded" "$2" --format s
  [ "$(cat "$scratch/uploaded")" = "$(size_of "$1")" ] ||
    die "$2 has $(cat "$scratch/uploaded") bytes after its upload instead of $(size_of "$1")"
}

# download PLACE FILE
download() { retry "$tries" fetch "$1" "$2" || die "cannot download $1 (see above)"; }

# For rclone, to copy what is not there is a success (1.60).
fetch() {
  rm -f "$2"
  rclone copyto "$1" "$2" && [ -f "$2" ]
}

# file_entry FILE NAME: the manifest's entry of a file.
file_entry() {
  jq -nc --arg name "$2" --argjson size "$(size_of "$1")" --arg sha256 "$(sha256_of "$1")" '$ARGS.named'
}

# manifest KIND FILE-ENTRY [JSON]: the manifest's text; JSON is an object with what this kind has more. Upload it last: a folder without one is no backup.
manifest() {
  jq -n --arg kind "$1" --argjson file "$2" --argjson more "${3:-{\}}" --arg server "${BACKUP_SERVER:-}" \
    --arg started "$(date -u -d "@$began" +%Y-%m-%dT%H:%M:%SZ)" --arg finished "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    '{ version: 1, kind: $kind, server: $server, started: $started, finished: $finished, file: $file } + $more'
}

# whole FILE PLACE: stamps of the folders of PLACE that have a manifest, oldest first.
whole() {
  keys "$scratch/manifests" "$2" --recursive --files-only --include '/*/manifest.json'
  sed -n 's|^\([0-9]\{8\}T[0-9]\{6\}Z\)/manifest\.json$|\1|p' "$scratch/manifests" | sort >"$1"
}

# prune PLACE: removes what KEEP_HOURLY, KEEP_DAILY, KEEP_WEEKLY, KEEP_MONTHLY and KEEP_MINIMUM (3) no longer keep (see `thin`), and folders that have had no manifest for
# a day: what killed runs left. Call it after an upload. What cannot be removed is tried again by the next run.
prune() {
  need KEEP_HOURLY KEEP_DAILY KEEP_WEEKLY KEEP_MONTHLY
  whole "$scratch/whole" "$1"
  sh "$here/thin" "$(stamp)" "$KEEP_HOURLY" "$KEEP_DAILY" "$KEEP_WEEKLY" "$KEEP_MONTHLY" "${KEEP_MINIMUM:-3}" <"$scratch/whole" >"$scratch/old"
  keys "$scratch/folders" "$1" --dirs-only
  yesterday=$(date -u -d "@$(($(now) - 86400))" +%Y%m%dT%H%M%SZ)
  sed -n 's|^\([0-9]\{8\}T[0-9]\{6\}Z\)/$|\1|p' "$scratch/folders" | sort | comm -23 - "$scratch/whole" |
    awk -v limit="$yesterday" '$0 < limit' >>"$scratch/old"
  while read -r old; do remove "$1/$old" || say "warning: cannot remove $1/$old; the next run tries again"; done <"$scratch/old"
}

# The manifest goes first: half removed, it is no backup any more.
remove() {
  say "removing $1"
  keys "$scratch/removed" "$1" --files-only
  if grep -qx manifest.json "$scratch/removed"; then retry "$tries" rclone deletefile "$1/manifest.json" || return 1; fi
  retry "$tries" rclone purge "$1"
}

# success TASK [data=SECONDS] [size=BYTES] [NAME=NUMBER…]: metrics and the heartbeat, the last thing a script does. A failed run sends nothing, so its age shows.
# data: when the data itself was as it is in this backup. When nobody can be told, the age shows as well: that is no reason to do the work again.
success() {
  task=$1
  shift
  {
    metric last_success_timestamp_seconds "$(now)"
    metric duration_seconds "$(($(now) - began))"
    for pair in "$@"; do
      case $pair in
        data=*) metric data_timestamp_seconds "${pair#*=}" ;;
        size=*) metric size_bytes "${pair#*=}" ;;
        *) metric "${pair%%=*}" "${pair#*=}" ;;
      esac
    done
  } >"$scratch/metrics"
  if [ -n "${BACKUP_METRICS_URL:-}" ]; then
    told "the metrics" "${BACKUP_METRICS_URL%/}/metrics/job/backup/task/$task" --upload-file "$scratch/metrics"
  fi
  if [ -n "${BACKUP_HEARTBEAT_URL:-}" ]; then told "the heartbeat" "$BACKUP_HEARTBEAT_URL"; fi
  say "done: $task in $(($(now) - began)) s${*:+ ($*)}"
}
metric() { printf '# TYPE mastodon_backup_%s gauge\nmastodon_backup_%s %s\n' "$1" "$1" "$2"; }

# The address comes by standard input: a heartbeat's is a secret, and every process may read the arguments of others.
told() {
  what=$1
  printf 'url = "%s"\n' "$2" >"$scratch/address"
  shift 2
  retry "$tries" curl --config "$scratch/address" --fail --silent --show-error --max-time 30 --output /dev/null "$@" ||
    say "warning: $what could not be sent; all else is done"
}
