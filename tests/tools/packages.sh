#!/bin/sh
# The Debian 12 packages that build and test shipflow. `packages.sh install KIND...` installs what is missing,
# `packages.sh missing KIND...` prints it. Kinds: build, check, counterparts,
# bindings, shop.
set -eu

packages() {
  case $1 in
    build) echo "g++ cmake ninja-build ccache pkgconf git python3
      libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
      libssl-dev libsqlite3-dev libyaml-cpp-dev libpugixml-dev doctest-dev tzdata" ;;
    check) echo "clang-tidy-14 clang-format-14 binutils abigail-tools mold zsh" ;;
    counterparts) echo "ceph-mon ceph-osd haproxy openssl procps prometheus python3 python3-venv radosgw tinyproxy-bin" ;;
    bindings) echo "gcc libc6-dev golang-go pkgconf python3 python3-pytest mypy binutils
      pypy3 python3-exceptiongroup python3-tomli" ;;
    shop) echo "haproxy postgresql python3 python3-psycopg2 alembic procps" ;;
    *) echo "packages.sh: unknown kind $1" >&2; exit 2 ;;
  esac
}

missing() {
  for kind in "$@"; do packages "$kind"; done | tr -s ' \n' '\n\n' | sed '/^$/d' | sort -u | while read -r name; do
    case $(dpkg-query -W -f='${Status}' "$name" 2>/dev/null) in
      *" installed") ;;
      *) echo "$name" ;;
    esac
  done
}

# Debian starts a service as soon as it is installed. Here tests start their own counterparts, on their own ports.
without_services() {
  policy=/usr/sbin/policy-rc.d
  if [ -e $policy ]; then "$@"; return; fi
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod +x $policy
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  "$@"
}

install() {
  names=$(missing "$@")
  [ -n "$names" ] || return 0
  echo "packages.sh: installing" $names
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update
  # shellcheck disable=SC2086  # one word per package
  without_services apt-get -q -y --no-install-recommends install $names
}

action=${1:-}
[ $# -ge 2 ] || { echo "usage: packages.sh install|missing KIND..." >&2; exit 2; }
shift
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "packages.sh: this is not Debian; the names there are:" $(for kind in "$@"; do packages "$kind"; done) >&2
  exit 3
fi
case $action in
  missing) missing "$@" ;;
  install)
    if [ "$(id -u)" != 0 ]; then
      names=$(missing "$@")
      [ -z "$names" ] || { echo "packages.sh: not root; missing are:" $names >&2; exit 3; }
    else
      install "$@"
    fi ;;
  *) echo "packages.sh: unknown action $action" >&2; exit 2 ;;
esac
