#!/bin/sh
# A release on this machine, watched and taken back: sh examples/quickstart.sh, on a Debian 12 as root.
#
# A shop with PostgreSQL runs behind HAProxy and is under load all the time. Version 1.4.0 comes first; 1.5.0 is released by
# the plan that production would run; 1.6.0 has a bug and is taken back by itself. At the end stands what the customers saw.
# Everything lives in a temporary folder and is stopped and removed at the end, also on Ctrl-C. KEEP=1 keeps the folder.
set -eu
cd "$(dirname "$0")/.."
name=quickstart
plan=examples/processes/shopflow.yaml
environments=examples/processes/shopflow-environments.yaml
. examples/shop/session.sh

start_people() {
  "$shop/people.py" --program "$program" --store "$store" &
  people_process=$!
}

# Production bakes for minutes and watches for a day; here both are seconds.
short_release() { release "$@" --parameter bake=5s --parameter watch=5s; }

summary() {
  report_load
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
short_release 1.4.0 0
phase "1.4.0 serves"
sleep 3
phase "release of 1.5.0"
short_release 1.5.0 0
phase "1.5.0 serves"
sleep 3
phase "release of 1.6.0, which has a bug"
short_release 1.6.0 3
phase "1.5.0 serves again"
sleep 3
stop_load
search_for_the_password
summary
echo "quickstart: $(($(date +%s) - began)) s"
