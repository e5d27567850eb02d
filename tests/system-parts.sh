#!/bin/sh
# What the tests need from the system: mosquitto, PostgreSQL, chromium without its windows, a Japanese font and systemd's checker of units. Installed where we may, told where not.
# shellcheck disable=SC2086 # what is needed is a list of package names
set -u
has() { command -v "$1" >/dev/null 2>&1; }
needs() {
  [ -x /usr/sbin/mosquitto ] || has mosquitto || echo mosquitto
  has mosquitto_pub || echo mosquitto-clients
  has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
  has systemd-analyze || echo systemd
  fc-list :lang=ja 2>/dev/null | grep -q . || echo fonts-ipafont-gothic fontconfig
}
whole_browser() { has chromium || has google-chrome; }
get() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }
need=$(needs)
[ -z "$need" ] && has chromium-headless-shell && exit 0
if [ "$(id -u)" = 0 ] && has apt-get; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null 2>&1
  # Half the work of the whole browser, and not every distribution has it by itself
  has chromium-headless-shell || get chromium-headless-shell || whole_browser || need="$need chromium"
  [ -z "$need" ] && exit 0
  echo "installing for the tests:" $need
  get $need && exit 0
fi
has chromium-headless-shell || whole_browser || need="$need chromium"
[ -z "$need" ] || echo "not here and not installable by this user:" $need"; tests that need them will skip and say so"
exit 0
