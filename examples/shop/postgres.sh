#!/bin/sh
# A throw-away PostgreSQL in DIR: `postgres.sh start DIR [PORT]` prints its URL, `postgres.sh stop DIR [fast|immediate]`.
# `restart DIR` stops and starts it on the same port. Root runs it as user postgres, since the server refuses root.
# With $PGPASSWORD set at the first start the server asks for it; the URL never holds it.
set -eu

usage() { echo "usage: postgres.sh start DIR [PORT] | stop DIR [fast|immediate] | restart DIR" >&2; exit 2; }
[ $# -ge 2 ] || usage

find_programs() {
  for bin in "$(dirname "$(command -v initdb || echo /nonexistent/initdb)")" /usr/lib/postgresql/*/bin; do
    if [ -x "$bin/initdb" ]; then return 0; fi
  done
  echo "postgres.sh: initdb is missing, on Debian: apt-get install postgresql" >&2
  exit 77
}

as_server() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

launch() {  # PORT
  as_server "$bin/pg_ctl" start -w -s -D "$dir/data" -l "$dir/server.log" \
    -o "-p $1 -k $dir -c listen_addresses=127.0.0.1 -c shared_buffers=32MB -c max_connections=100"
}

create() {
  mkdir -p "$dir"
  chmod 0700 "$dir"
  if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
  as_server test -x "$dir" ||
    { echo "postgres.sh: user postgres may not enter a parent of $dir; chmod o+x helps" >&2; exit 1; }
  set -- -A trust
  if [ -n "${PGPASSWORD:-}" ]; then
    # Read by initdb from a file, which user postgres must be able to read; it is gone a moment later.
    printf '%s\n' "$PGPASSWORD" | as_server sh -c 'umask 077; cat >"$1"' sh "$dir/password"
    set -- -A scram-sha-256 --pwfile="$dir/password"
  fi
  created=0
  as_server "$bin/initdb" -D "$dir/data" -U shop "$@" -E UTF8 --no-locale >"$dir/initdb.log" 2>&1 || created=$?
  rm -f "$dir/password"
  [ $created = 0 ] || { cat "$dir/initdb.log" >&2; exit 1; }
}

start() {  # [PORT]
  [ -d "$dir/data" ] || create
  port=${1:-}
  tries=0
  # Another program may take a free port before the server does.
  until launch "${port:-$(free_port >"$dir/port"; cat "$dir/port")}"; do
    tries=$((tries + 1))
    if [ -n "$port" ] || [ $tries = 3 ]; then tail -n 5 "$dir/server.log" >&2; exit 1; fi
  done
  if [ -n "$port" ]; then echo "$port" >"$dir/port"; fi
  echo "postgresql://shop@127.0.0.1:$(cat "$dir/port")/postgres"
}

stop() {  # MODE
  as_server "$bin/pg_ctl" status -D "$dir/data" >/dev/null 2>&1 || return 0
  as_server "$bin/pg_ctl" stop -w -s -D "$dir/data" -m "$1"
}

action=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
find_programs
case $action in
  start) start "${3:-}" ;;
  stop) stop "${3:-fast}" ;;
  restart) stop fast; start "$(cat "$dir/port")" ;;
  *) usage ;;
esac
