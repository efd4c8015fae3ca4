# What programs of hosts share: files, packages, the tailnet. A program says before: myself (its name), subject (what the host is, for people), root, state,
# upgrades (its file among apt's settings). Everything may be repeated; what is as it should be is left alone.
changed=no
wanted=

say() { printf '%s: %s\n' "$myself" "$*"; }
fail() {
  say "$*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
joined() { tailscale ip -4 >/dev/null 2>&1; }

# put SOURCE TARGET MODE: nothing happens where the target is the same already.
put() {
  if [ -f "$2" ] && cmp -s "$1" "$2"; then
    chmod "$3" "$2"
    return 0
  fi
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.new"
  chmod "$3" "$2.new"
  mv "$2.new" "$2"
  changed=yes
}

# put_text TARGET MODE: from standard input.
put_text() {
  mkdir -p "$state"
  cat >"$state/text"
  put "$state/text" "$1" "$2"
  rm -f "$state/text"
}

require_host() {
  [ "$(id -u)" = 0 ] || fail "must run as root; begin the command with sudo"
  for needed in apt-get systemctl; do
    has "$needed" || fail "needs Debian or Ubuntu with systemd; $needed is not there"
  done
}

# want PROGRAM PACKAGES: where the program is missing, install_wanted brings it.
want() { has "$1" || wanted="$wanted $2"; }

# Notes what was not there before, so that it can be taken away again.
install_wanted() {
  mkdir -p "$state"
  if [ -n "$wanted" ]; then
    say "installing$wanted"
    apt-get update --quiet
    # shellcheck disable=SC2086 # several names
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends $wanted
    for package in $wanted; do
      case $package in ca-certificates | curl) ;; *) echo "$package" >>"$state/installed" ;; esac
    done
    wanted=
  fi
}

install_tailscale() {
  has tailscale && return 0
  say "installing tailscale"
  curl --fail --silent --show-error --location --retry 5 --output "$state/tailscale.sh" https://tailscale.com/install.sh
  sh "$state/tailscale.sh"
  rm -f "$state/tailscale.sh"
  echo tailscale >>"$state/installed"
}

upgrade_unattended() {
  put_text "$upgrades" 644 <<'TEXT'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
TEXT
}

# join HOSTNAME KEYFILE: a key works once, so a host that is in already stays as it is.
join() {
  if joined; then
    [ -f "$state/joined" ] || fail "this host is on a tailnet that it did not join for this $subject; leave it with 'tailscale logout', or take another host"
    return 0
  fi
  [ -s "$2" ] || fail "this host is not on the tailnet, and there is no key for it: raise the $subject's generation, run pulumi up, and begin anew"
  tailscale up --auth-key="file:$2" --ssh --hostname="$1" ||
    fail "the tailnet did not take the key, which works once and for an hour after pulumi up made it: raise the $subject's generation, run pulumi up, and fetch this script again"
  touch "$state/joined"
}

leave_tailnet() {
  if [ -f "$state/joined" ]; then
    tailscale logout || say "the tailnet could not be told; remove the device in its console"
    rm -f "$state/joined"
  fi
}

remove_installed() {
  if [ -s "$state/installed" ]; then
    say "removing $(tr '\n' ' ' <"$state/installed")"
    # shellcheck disable=SC2046 # several names
    DEBIAN_FRONTEND=noninteractive apt-get purge --yes --quiet $(cat "$state/installed")
  fi
}
