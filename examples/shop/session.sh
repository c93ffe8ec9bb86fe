# What the examples around the shop have in common; read by them with `.`, from the root of the checkout. Before that they
# set `name`, `plan` and `environments`. Everything lives in $place, a temporary folder, and is stopped and removed at the
# end, also on Ctrl-C. KEEP=1 keeps the folder; SHIPFLOW=FILE takes a program that is built already.
# shellcheck shell=sh disable=SC2154  # the three are set by the reader
root=$PWD
shop=$root/examples/shop
program=${SHIPFLOW:-$root/build/release/shipflow}
rate=${RATE:-100}

say() { printf '\n--- %s\n' "$*"; }
die() { echo "$name: $*" >&2; exit 1; }

install() {
  say "installing what is missing"
  sh tests/tools/packages.sh install build shop || die "some packages are missing, see above"
}

build() {
  [ -z "${SHIPFLOW:-}" ] || return 0
  say "building"
  launcher=
  if command -v ccache >/dev/null; then launcher=ccache; fi
  cmake --preset release -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" >/dev/null
  cmake --build --preset release --target shipflow-program shipflow-keeper
}

# Root's database server runs as user postgres and must be able to enter.
make_place() {
  place=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-$name.XXXXXX")
  chmod 0711 "$place"
  load_process=
  people_process=
  trap finish EXIT
  trap 'exit 130' HUP INT TERM
}

# Its password reaches the shop as a secret variable of the environment `local`.
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

stop_people() {
  [ -n "$people_process" ] || return 0
  kill "$people_process" 2>/dev/null || true
  wait "$people_process" || true
  people_process=
}

# Exit status 3 is "rolled back". Parameters of the plan may follow.
release() {  # VERSION EXPECTED_STATUS [--parameter NAME=VALUE...]
  version=$1
  expected=$2
  shift 2
  status=0
  "$program" run "$plan" -e "$environments" -n local --release "$shop/releases/$version.json" --store "$store" \
    --as user:dana --reason "$name" "$@" || status=$?
  [ $status = "$expected" ] || die "the release of $version ended with status $status where $expected was expected"
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

# What the customers saw; losing a request is a failure of the example.
report_load() {
  say "what the customers saw"
  "$shop/load.py" report --log "$place/requests" --phases "$place/phases"
  "$program" history --store "$store"
  lost=$("$shop/load.py" lost --log "$place/requests")
  [ "$lost" = 0 ] || die "$lost requests were lost"
}
