#!/bin/sh
# What the tests need from the system: mosquitto, PostgreSQL, chromium, a Japanese font and systemd's checker of units. Installed where we may, told where not.
set -u
need=""
[ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null 2>&1 || need="$need mosquitto"
command -v mosquitto_pub >/dev/null 2>&1 || need="$need mosquitto-clients"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$need postgresql"
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || need="$need chromium"
command -v systemd-analyze >/dev/null 2>&1 || need="$need systemd"
fc-list :lang=ja 2>/dev/null | grep -q . || need="$need fonts-ipafont-gothic fontconfig"
[ -z "$need" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing for the tests:$need"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # a list of package names
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $need; } >/dev/null 2>&1 && exit 0
fi
echo "not here and not installable by this user:$need; tests that need them will skip and say so"
exit 0
