# How long what was taken away is kept, by the stamp in its name. Sourced after lib.sh; needs KEEP_DELETED_DAYS.
# A clock that is wrong does no harm here: servers refuse requests that are signed more than 15 minutes off.
# shellcheck shell=sh

# expired NAME: whether it is a stamp, and older than KEEP_DELETED_DAYS. Everything else is somebody else's.
expired() {
  case $1 in
    [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z) ;;
    *) return 1 ;;
  esac
  [ "$(seconds_of "$1")" -lt "$((began - KEEP_DELETED_DAYS * 86400))" ]
}

# forget_history PLACE: removes its folders <stamp>/ and <what>.changed-<stamp>/, and its files <stamp>.json, whose time is over.
forget_history() {
  case $1 in
    /*) [ ! -d "$1" ] || ls -p "$1" ;;
    *) keys "$scratch/listed" "$1" && cat "$scratch/listed" ;;
  esac >"$scratch/history"
  while read -r old; do
    name=${old%/}
    name=${name##*.changed-}
    expired "${name%.json}" || continue
    say "removing $1/$old, which was kept for $KEEP_DELETED_DAYS days"
    case $old in
      */) retry "$tries" rclone purge "$1/${old%/}" ;;
      *) retry "$tries" rclone deletefile "$1/$old" ;;
    esac || die "cannot remove $1/$old (see above)"
  done <"$scratch/history"
}
