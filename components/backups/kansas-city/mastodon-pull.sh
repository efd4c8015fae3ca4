#!/bin/sh
# Pulls the backups of a Mastodon server to a Debian or Ubuntu host: Tailscale, the scripts of the backups, systemd's timers, and their removal.
# Everything may be repeated; what is as it should be is left alone. Paths begin with MASTODON_HOST_ROOT, which is empty outside of tests.
set -eu
umask 077

myself=mastodon-pull
subject="Kansas City host"
root=${MASTODON_HOST_ROOT:-}
etc=$root/etc/mastodon-pull
state=$root/var/lib/mastodon-pull
scripts=$root/opt/mastodon-pull
units=$root/etc/systemd/system
program=$root/usr/local/sbin/mastodon-pull
upgrades=$root/etc/apt/apt.conf.d/52mastodon-pull
clusters=$root/etc/postgresql-common/createcluster.d/mastodon-pull.conf
user=mastodon-pull

# INSERT components/host/library.sh

install_packages() {
  want curl "ca-certificates curl"
  for tool in rclone age zstd jq openssl; do want "$tool" "$tool"; done
  want unattended-upgrade unattended-upgrades
  install_wanted
  install_tailscale
  upgrade_unattended
}

# A drill restores into the server's own version of PostgreSQL, which may be newer than the distribution's.
install_postgresql() {
  [ "$DRILL" = yes ] || return 0
  [ ! -x "$root/usr/lib/postgresql/$POSTGRESQL/bin/initdb" ] || return 0
  # The package would make a cluster that runs for ever; a drill makes one for itself.
  echo "create_main_cluster = false" | put_text "$clusters" 644
  want pg_createcluster postgresql-common
  install_wanted
  if ! apt-cache show "postgresql-$POSTGRESQL" >/dev/null 2>&1; then
    say "adding the packages of PostgreSQL's makers, for version $POSTGRESQL"
    for adding in "$root"/usr/share/postgresql-common/pgdg/*.sh; do sh "$adding" -y; done
  fi
  wanted=" postgresql-$POSTGRESQL"
  install_wanted
}

# Whoever runs the scripts owns the copies and nothing else.
add_user() {
  getent passwd "$user" >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
}

# own FOLDER: copies that came from another host, with its disk, had another owner.
own() {
  mkdir -p "$root$1"
  [ "$(stat -c %U "$root$1")" = "$user" ] || chown -R "$user:$user" "$root$1"
  chmod 700 "$root$1"
}

make_folders() {
  own "$SCRATCH"
  [ "$DRILL" != yes ] || own "$SCRATCH/drill"
  [ -n "$TARGET" ] || return 0
  if [ "$MOUNTED" = yes ] && ! mountpoint -q "$root$TARGET"; then
    fail "no disk is mounted at $TARGET; mount it, with a line in /etc/fstab, and begin anew (or set backups.kansasCity.target.mounted to false)"
  fi
  own "$TARGET"
  [ "$DRILL" != yes ] || own "$TARGET/drills"
}

# put_scripts FOLDER: files called script.NAME, and none is left of an earlier version.
put_scripts() {
  mkdir -p "$scripts"
  chmod 755 "$scripts"
  for file in "$1"/script.*; do put "$file" "$scripts/${file##*/script.}" 755; done
  for file in "$scripts"/*; do
    [ -e "$1/script.${file##*/}" ] || rm -f "$file"
  done
}

# put_secrets FOLDER: only root reads them; systemd hands each service its own.
put_secrets() {
  put "$1/pull.conf" "$etc/pull.conf" 600
  for file in pull.env drill.env drill-identity report-key; do
    if [ -f "$1/$file" ]; then put "$1/$file" "$etc/$file" 600; else rm -f "$etc/$file"; fi
  done
}

# service UNIT DESCRIPTION TASK HOURS LINES FOLDERS: may write the folders, reach the network, and do nothing else.
service() {
  put_text "$units/$1.service" 644 <<TEXT
[Unit]
Description=$2
Wants=network-online.target
After=network-online.target tailscaled.service
RequiresMountsFor=$SCRATCH $TARGET
${insisted}ConditionPathExists=/etc/mastodon-pull/$3.env

[Service]
Type=oneshot
User=$user
Group=$user
UMask=0077
EnvironmentFile=/etc/mastodon-pull/$3.env
$5ExecStart=/usr/local/sbin/mastodon-pull run $3
TimeoutStartSec=${4}h
TimeoutStopSec=5min
Nice=10
IOSchedulingClass=idle
ReadWritePaths=$6
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
NoNewPrivileges=yes
CapabilityBoundingSet=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
TEXT
}

# timer UNIT DESCRIPTION CALENDAR: a run that was missed while the host was off is made up for.
timer() {
  put_text "$units/$1.timer" 644 <<TEXT
[Unit]
Description=$2

[Timer]
OnCalendar=$3
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
TEXT
}

write_units() {
  insisted=
  [ "$MOUNTED" != yes ] || insisted="AssertPathIsMountPoint=$TARGET
"
  service mastodon-pull "Pull the backups of $SERVER" pull 168 "" "$SCRATCH $TARGET" # the first time everything
  timer mastodon-pull "When the backups of $SERVER are pulled" "$CALENDAR"
  if [ "$DRILL" = yes ]; then
    service mastodon-pull-drill "Restore the newest backup of $SERVER, to see that it can be" drill 24 \
      "LoadCredential=identity:/etc/mastodon-pull/drill-identity
LoadCredential=report:/etc/mastodon-pull/report-key
RuntimeDirectory=mastodon-pull
RuntimeDirectoryMode=0700
" "$SCRATCH/drill${TARGET:+ $TARGET/drills}" # what a backup does that somebody wrote who has taken the cluster over, it must not do to the copies
    timer mastodon-pull-drill "When the backups of $SERVER are tried" "$DRILL_CALENDAR"
  else
    remove_drill
  fi
}

remove_drill() {
  systemctl disable --now mastodon-pull-drill.timer mastodon-pull-drill.service 2>/dev/null || true
  rm -f "$units/mastodon-pull-drill.service" "$units/mastodon-pull-drill.timer"
}

# up FOLDER: with pull.conf, the environments, the scripts, and the key where the host has to join.
up() {
  require_host
  # shellcheck source=/dev/null
  . "$1/pull.conf"
  put "$0" "$program" 755
  install_packages
  install_postgresql
  join "$HOST" "$1/tailnet-key"
  add_user
  make_folders
  put_scripts "$1"
  put_secrets "$1"
  write_units
  systemctl daemon-reload
  systemctl enable --now mastodon-pull.timer
  [ "$DRILL" != yes ] || systemctl enable --now mastodon-pull-drill.timer
  if [ "$changed" = no ]; then
    say "nothing to change"
    return 0
  fi
  systemctl start --no-block mastodon-pull.service
  say "changed: pulls the backups of $SERVER to ${TARGET:-the bucket $BUCKET} at $CALENDAR, and begins now (journalctl --follow --unit mastodon-pull)"
}

# The metrics are behind the gateway, of which there are two. Without either the pull is as good, and the heartbeat tells.
find_metrics() {
  for gateway in ${GATEWAYS:-}; do
    address=$(tailscale ip -4 "$gateway" 2>/dev/null | head -n 1) || address=
    [ -n "$address" ] || continue
    if curl --fail --silent --max-time 10 --output /dev/null "http://$address:$METRICS_PORT/-/ready"; then
      export BACKUP_METRICS_URL="http://$address:$METRICS_PORT"
      return 0
    fi
  done
  [ -z "${GATEWAYS:-}" ] || say "none of $GATEWAYS answers, so the metrics are not told"
}

# A PostgreSQL of its own, of the service's user, on a socket that nobody else opens. Nothing of it outlives the drill, so it need not survive a crash.
drill() {
  export PATH="$root/usr/lib/postgresql/$POSTGRESQL/bin:$PATH"
  place=$BACKUP_WORK/postgresql
  sockets=${RUNTIME_DIRECTORY:?systemd makes it}
  rm -rf "$place" # what a drill left that was ended
  trap 'stop_postgresql' EXIT
  trap 'exit 143' TERM INT HUP
  initdb --pgdata="$place" --username=drill --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  cat >>"$place/postgresql.conf" <<TEXT
listen_addresses = ''
unix_socket_directories = '$sockets'
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
maintenance_work_mem = 256MB
jit = off
TEXT
  pg_ctl --pgdata="$place" --log="$BACKUP_WORK/postgresql.log" --wait --silent start
  export PGHOST="$sockets" PGUSER=drill PGDATABASE=drill
  createdb drill
  export BACKUP_IDENTITY_FILE="${CREDENTIALS_DIRECTORY:?systemd makes it}/identity"
  export BACKUP_REPORT_KEY_FILE="$CREDENTIALS_DIRECTORY/report"
  "$scripts/drill" kansas-city
}

stop_postgresql() {
  code=$?
  trap - EXIT
  if [ -f "$place/postmaster.pid" ]; then pg_ctl --pgdata="$place" --mode=immediate --silent stop || true; fi
  rm -rf "$place"
  exit "$code"
}

# run TASK: what systemd starts, as the service's user, with the task's environment.
run() {
  find_metrics
  case $1 in
    pull) exec "$scripts/pull" ;;
    drill) drill ;;
    *) fail "$1 is nothing to run: pull or drill" ;;
  esac
}

status() {
  [ -f "$etc/pull.conf" ] || fail "this host pulls nothing, or you are not root"
  # shellcheck source=/dev/null
  . "$etc/pull.conf"
  systemctl list-timers --all --no-pager 'mastodon-pull*'
  for unit in mastodon-pull mastodon-pull-drill; do
    [ ! -f "$units/$unit.service" ] ||
      systemctl show --property=Id,Result,ExecMainStatus,ExecMainExitTimestamp "$unit.service"
  done
  if [ -z "$TARGET" ]; then
    say "the copies are in the bucket $BUCKET"
    return 0
  fi
  df -h "$root$TARGET"
  newest=
  for manifest in "$root$TARGET"/database/*/manifest.json; do [ ! -f "$manifest" ] || newest=$manifest; done
  say "the newest whole dump in $TARGET is ${newest:-not there yet}"
}

# down [forget-copies]: a line that is lost in between, for it came over the tailnet, stops nothing.
down() {
  require_host
  trap '' HUP
  TARGET=
  SCRATCH=
  # shellcheck source=/dev/null
  [ ! -f "$etc/pull.conf" ] || . "$etc/pull.conf"
  systemctl disable --now mastodon-pull.timer mastodon-pull.service 2>/dev/null || true
  remove_drill
  rm -f "$units/mastodon-pull.service" "$units/mastodon-pull.timer" "$upgrades" "$clusters"
  systemctl daemon-reload
  rm -rf "$etc" "$scripts"
  [ -z "$SCRATCH" ] || rm -rf "$root${SCRATCH:?}"
  leave_tailnet
  remove_installed
  rm -rf "$state" "$program"
  forget "${1:-}"
}

# The copies outlive the service, and with them the user whose they are: they may be the last.
forget() {
  if [ "$1" = forget-copies ]; then
    [ -z "$TARGET" ] || find "$root${TARGET:?}" -mindepth 1 -delete
    userdel "$user" 2>/dev/null || true
    say "removed, with the copies in ${TARGET:-no folder of this host}"
  else
    say "removed; the copies stay in ${TARGET:-their bucket}, and belong to $user"
  fi
}

case ${1:-} in
up) up "$2" ;;
run) run "$2" ;;
down) down "${3:-}" ;;
status) status ;;
*) fail "say up, down, status or run" ;;
esac
