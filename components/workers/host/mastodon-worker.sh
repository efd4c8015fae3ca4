#!/bin/sh
# Runs one queue worker of a Mastodon server on a Debian or Ubuntu host: Docker, Tailscale, a systemd unit, and their removal.
# Everything may be repeated; what is as it should be is left alone. Paths begin with MASTODON_HOST_ROOT, which is empty outside of tests.
set -eu
umask 077

myself=mastodon-worker
subject=worker
root=${MASTODON_HOST_ROOT:-}
etc=$root/etc/mastodon-worker
state=$root/var/lib/mastodon-worker
units=$root/etc/systemd/system
program=$root/usr/local/sbin/mastodon-worker
journal=$root/etc/systemd/journald@mastodon-worker.conf
upgrades=$root/etc/apt/apt.conf.d/52mastodon-worker
unit=mastodon-worker

# INSERT components/host/library.sh

install_packages() {
  want curl "ca-certificates curl"
  want docker docker.io
  want unattended-upgrade unattended-upgrades
  install_wanted
  install_tailscale
  upgrade_unattended
}

# Sidekiq gets 55 s to finish and hands back what is left.
write_units() {
  put_text "$journal" 644 <<'TEXT'
[Journal]
SystemMaxUse=200M
MaxRetentionSec=14day
TEXT
  put_text "$units/$unit.service" 644 <<TEXT
[Unit]
Description=Mastodon queue worker
Wants=network-online.target
After=network-online.target docker.service tailscaled.service
Requires=docker.service
ConditionPathExists=/etc/mastodon-worker/sidekiq.env
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/local/sbin/mastodon-worker run
ExecStop=/usr/bin/docker stop --time 60 mastodon-worker
TimeoutStopSec=75
Restart=always
RestartSec=10
LogNamespace=mastodon-worker
LogRateLimitIntervalSec=30s
LogRateLimitBurst=5000

[Install]
WantedBy=multi-user.target
TEXT
  put_text "$units/$unit-watch.service" 644 <<'TEXT'
[Unit]
Description=Where the gateway is, and whether the worker's time is over
ConditionPathExists=/etc/mastodon-worker/sidekiq.env

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/mastodon-worker watch
LogNamespace=mastodon-worker
TEXT
  put_text "$units/$unit-watch.timer" 644 <<'TEXT'
[Unit]
Description=Look after the Mastodon queue worker

[Timer]
OnBootSec=1min
OnUnitActiveSec=1min

[Install]
WantedBy=timers.target
TEXT
}

# prepare NAME KEYFILE: everything that needs no secret of the server.
prepare() {
  require_host
  install_packages
  join "$1" "$2"
  write_units
  systemctl daemon-reload
  systemctl enable --now docker "$unit-watch.timer"
  systemctl enable "$unit.service"
}

# up FOLDER: with worker.conf, sidekiq.env, database-ca.crt, and the key where the host has to join.
up() {
  require_host
  # shellcheck source=/dev/null
  . "$1/worker.conf"
  put "$0" "$program" 755
  prepare "$NAME" "$1/tailnet-key"
  put "$1/worker.conf" "$etc/worker.conf" 600
  put "$1/sidekiq.env" "$etc/sidekiq.env" 600
  put "$1/database-ca.crt" "$etc/database-ca.crt" 644
  if [ "$changed" = no ] && systemctl is-active --quiet "$unit.service"; then
    say "nothing to change"
    return 0
  fi
  docker network inspect "$unit" >/dev/null 2>&1 ||
    docker network create --opt com.docker.network.driver.mtu=1280 "$unit" >/dev/null # WireGuard's packets
  systemctl restart "$unit.service"
  say "changed: runs $IMAGE with $THREADS threads for $QUEUES"
}

# The databases' host names at the gateway's addresses: clients try one after the other.
# The file is written in place, because the container has it mounted.
find_gateway() {
  {
    echo "127.0.0.1 localhost"
    echo "::1 localhost"
    for gateway in $GATEWAYS; do
      address=$(tailscale ip -4 "$gateway" 2>/dev/null | head -n 1) || address=
      [ -n "$address" ] || continue
      for host in $HOSTS; do echo "$address $host"; done
    done
  } >"$state/hosts"
  [ "$(wc -l <"$state/hosts")" -gt 2 ] || return 1
  cmp -s "$state/hosts" "$etc/hosts" || cat "$state/hosts" >"$etc/hosts"
  chmod 644 "$etc/hosts"
}

ended() { [ -n "$UNTIL" ] && [ "$(date -u +%Y%m%d)" -gt "$UNTIL" ]; }

# Sidekiq, after its user has been given a time limit for statements: a pooler passes no parameter on, but a role's own default holds behind it.
# The arguments are Ruby, seconds, and Sidekiq's.
# shellcheck disable=SC2016 # for the shell in the container
start='bundle exec ruby -e "$1" "$2" || echo "statements have no time limit" >&2; shift 2; exec bundle exec sidekiq "$@"'
limit='require "pg"; login = { host: "HOST", port: "PORT", dbname: "NAME", user: "USER", password: "PASS", sslmode: "SSLMODE" }'
limit="$limit"'; database = PG.connect(**login.transform_values { |key| ENV.fetch("DB_#{key}") })'
limit="$limit"'; database.exec("ALTER ROLE CURRENT_USER SET statement_timeout = #{Integer(ARGV.first) * 1000}")'

run() {
  # shellcheck source=/dev/null
  . "$etc/worker.conf"
  ended && fail "its last day is over"
  until find_gateway; do
    say "waits for the gateway: none of $GATEWAYS is on the tailnet"
    sleep 10
  done
  docker rm --force "$unit" >/dev/null 2>&1 || true
  set --
  for queue in $QUEUES; do set -- "$@" -q "$queue"; done
  set -- "$IMAGE" sh -c "$start" start "$limit" "$STATEMENT_SECONDS" -c "$THREADS" -t 55 "$@"
  if [ -n "$METRICS_PORT" ]; then
    address=$(tailscale ip -4 | head -n 1)
    [ -n "$address" ] || fail "has no address on the tailnet for its metrics"
    set -- --publish "$address:$METRICS_PORT:$METRICS_PORT" "$@"
  fi
  exec docker run --rm --name "$unit" --network "$unit" --log-driver none \
    --memory "$MEMORY" --memory-swap "$MEMORY" --pids-limit 1024 \
    --cap-drop ALL --security-opt no-new-privileges \
    --env-file "$etc/sidekiq.env" \
    --volume "$etc/hosts:/etc/hosts:ro" --volume "$etc/database-ca.crt:$AUTHORITY:ro" \
    "$@"
}

watch() {
  # shellcheck source=/dev/null
  . "$etc/worker.conf"
  if ended; then
    say "its last day is over, so it leaves"
    leave
    return 0
  fi
  find_gateway || say "none of $GATEWAYS is on the tailnet"
}

# Forgets all secrets and leaves the tailnet, which forgets an ephemeral device at once.
leave() {
  systemctl disable --now "$unit.service" "$unit-watch.timer" 2>/dev/null || true
  if has docker; then
    docker rm --force "$unit" >/dev/null 2>&1 || true
    docker network rm "$unit" >/dev/null 2>&1 || true
  fi
  rm -rf "$etc"
  leave_tailnet
}

down() {
  require_host
  leave
  rm -f "$units/$unit.service" "$units/$unit-watch.service" "$units/$unit-watch.timer" "$journal" "$upgrades"
  systemctl daemon-reload
  remove_installed
  rm -rf "$state" "$program"
  say "removed"
}

case ${1:-} in
prepare) prepare "$2" "$3" ;;
up) up "$2" ;;
run | watch | down) "$1" ;;
*) fail "say prepare, up, down, run or watch" ;;
esac
