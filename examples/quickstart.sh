#!/bin/sh
# A release on this machine, watched and taken back: sh examples/quickstart.sh, on a Debian 12 as root.
#
# A shop with PostgreSQL runs behind HAProxy and is under load all the time. Version 1.4.0 comes first; 1.5.0 is released by
# the plan that production would run; 1.6.0 has a bug and is taken back by itself. At the end stands what the customers saw.
# Everything lives in a temporary folder and is stopped and removed at the end, also on Ctrl-C. KEEP=1 keeps the folder.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
shop=$root/examples/shop
plan=$root/examples/processes/shopflow.yaml
environments=$root/examples/processes/shopflow-environments.yaml
program=$root/build/release/shipflow
rate=${RATE:-100}

say() { printf '\n--- %s\n' "$*"; }
die() { echo "quickstart: $*" >&2; exit 1; }

install() {
  say "installing what is missing"
  sh tests/tools/packages.sh install build shop || die "some packages are missing, see above"
}

build() {
  say "building"
  launcher=
  if command -v ccache >/dev/null; then launcher=ccache; fi
  cmake --preset release -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" >/dev/null
  cmake --build --preset release --target shipflow-program shipflow-keeper
}

# Root's database server runs as user postgres and must be able to enter.
make_place() {
  place=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-quickstart.XXXXXX")
  chmod 0711 "$place"
  load_process=
  people_process=
  trap finish EXIT
  trap 'exit 130' HUP INT TERM
}

# Its password reaches backup, migration and shop as a secret variable of the environment `local`.
start_database() {
  say "starting PostgreSQL"
  PGPASSWORD=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
  export PGPASSWORD
  DATABASE_URL=$(sh "$shop/postgres.sh" start "$place/database")
  export DATABASE_URL
  echo "$DATABASE_URL"
}

# What the environment `local` asks for: where the shop is, where files go, the port of the load balancer.
choose_settings() {
  SHOP_DIRECTORY=$shop
  SHOP_STATE=$place/state
  SHOP_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  export SHOP_DIRECTORY SHOP_STATE SHOP_PORT
  url=http://127.0.0.1:$SHOP_PORT
  store=$place/shipflow.db
  mkdir -m 0700 "$SHOP_STATE"
}

# A phase of the session, for the table at the end.
phase() {
  say "$*"
  echo "$(date +%s.%N) $*" >>"$place/phases"
}

# Customers come as soon as there is a shop: a bake ends only when the guards have seen enough of them.
start_load() {
  (
    until serving_version >/dev/null 2>&1; do sleep 0.2; done
    exec "$shop/load.py" run --url "$url" --log "$place/requests" --rate "$rate"
  ) &
  load_process=$!
}

stop_load() {
  [ -n "$load_process" ] || return 0
  kill "$load_process" 2>/dev/null || true
  wait "$load_process" || true
  load_process=
}

start_people() {
  "$shop/people.py" --program "$program" --store "$store" &
  people_process=$!
}

stop_people() {
  [ -n "$people_process" ] || return 0
  kill "$people_process" 2>/dev/null || true
  wait "$people_process" || true
  people_process=
}

# Production bakes for minutes and watches for a day; here both are seconds. Exit status 3 is "rolled back".
release() {  # VERSION EXPECTED_STATUS
  status=0
  "$program" run "$plan" -e "$environments" -n local --release "$shop/releases/$1.json" --store "$store" --as user:dana \
    --parameter bake=5s --parameter watch=5s --reason "quickstart" || status=$?
  [ $status = "$2" ] || die "the release of $1 ended with status $status where $2 was expected"
}

# Shop, load balancer and keepers outlive the program on purpose. They name the folder in their arguments, or this
# session's database in their environment, however far they got away.
ours() {
  for process in /proc/[0-9]*; do
    [ "$process" != "/proc/$$" ] || continue
    if grep -qaF "$place" "$process/cmdline" 2>/dev/null ||
      grep -qaF "DATABASE_URL=${DATABASE_URL:-$place}" "$process/environ" 2>/dev/null; then
      echo "${process#/proc/}"
    fi
  done
}

stop_ours() {  # SIGNAL
  for process in $(ours); do kill -s "$1" "$process" 2>/dev/null || true; done
}

finish() {
  status=$?
  trap - EXIT HUP INT TERM
  set +e
  stop_people
  stop_load
  sh "$shop/postgres.sh" stop "$place/database" immediate
  stop_ours TERM
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(ours)" ] && break; sleep 0.5; done
  stop_ours KILL
  if [ -n "${KEEP:-}" ]; then echo "kept: $place"; else rm -rf "$place"; fi
  exit $status
}

serving_version() {
  python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).headers["X-Shop-Version"])' "$url/api/health"
}

# In no file of shipflow: neither in its store nor with what it keeps of programs and instances.
search_for_the_password() {
  found=$(grep -rlaF "$PGPASSWORD" "$SHOP_STATE" "$store"* || true)
  [ -z "$found" ] || die "the database's password is in $found"
}

summary() {
  say "what the customers saw"
  "$shop/load.py" report --log "$place/requests" --phases "$place/phases"
  "$program" history --store "$store"
  lost=$("$shop/load.py" lost --log "$place/requests")
  [ "$lost" = 0 ] || die "$lost requests were lost"
  [ "$(serving_version)" = 1.5.0 ] || die "the shop does not serve 1.5.0"
  echo "quickstart: 1.5.0 was released without losing a request; 1.6.0 was taken back by itself"
}

install
build
make_place
choose_settings
start_database
start_people
began=$(date +%s)
start_load
phase "first release: 1.4.0"
release 1.4.0 0
phase "1.4.0 serves"
sleep 3
phase "release of 1.5.0"
release 1.5.0 0
phase "1.5.0 serves"
sleep 3
phase "release of 1.6.0, which has a bug"
release 1.6.0 3
phase "1.5.0 serves again"
sleep 3
stop_load
search_for_the_password
summary
echo "quickstart: $(($(date +%s) - began)) s"
