#!/bin/sh
# A canary decided by evidence: sh examples/canary.sh, on a Debian 12 as root.
#
# The shop of the quickstart is under load. One request in a thousand fails in every version, as things are. Version 1.5.2
# is no worse: its canary is certified and gets all traffic. 1.5.3 looks the same in every test, but one more request in
# a hundred fails: no threshold of the usual kind sees that, the comparison with the version before does, and it is taken
# back. At the end stands the evidence over time, as text and as a page; both decisions are evaluated again from their
# record. RATE=N customers a second, default 150; KEEP=1 keeps the folder with the page.
set -eu
cd "$(dirname "$0")/.."
name=canary
plan=examples/canary/plan.yaml
environments=examples/canary/environments.yaml
RATE=${RATE:-150}
. examples/shop/session.sh

newest() {  # run or reason
  "$program" history --store "$store" --limit 1 --json |
    python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())[sys.argv[1]])' "$1"
}

# What was decided on, kept as one file, evaluated again without the store, and looked at.
show_evidence() {  # VERSION
  run=$(newest run)
  "$program" record "$run" --store "$store" --output "$place/$1.decisions.json"
  "$program" decide --record "$place/$1.decisions.json" || die "the decisions about $1 cannot be repeated"
  "$program" evidence --record "$place/$1.decisions.json" --format html --output "$place/$1.html"
  "$program" evidence --record "$place/$1.decisions.json"
}

summary() {
  report_load
  [ "$(serving_version)" = 1.5.2 ] || die "the shop does not serve 1.5.2"
  say "the same rules on what was recorded, as if both releases were in the past"
  "$program" backtest "$plan" -e "$environments" -n local --release "$shop/releases/1.5.3.json" --store "$store" \
    --good "$place/1.5.2.decisions.json" --bad "$place/1.5.3.decisions.json"
  echo "canary: 1.5.2 was certified and released; 1.5.3, with one more error in a hundred requests, was taken back"
}

install
build
make_place
choose_settings
start_database
began=$(date +%s)
start_load
phase "first release: 1.5.1"
plan=examples/canary/first.yaml
release 1.5.1 0
plan=examples/canary/plan.yaml
phase "1.5.1 serves"
sleep 2
phase "canary of 1.5.2, as good as before"
release 1.5.2 0
show_evidence 1.5.2
phase "canary of 1.5.3, subtly worse"
release 1.5.3 3
case $(newest reason) in
  *"SEV1: errors: "*) ;;
  *) die "1.5.3 was not taken back for its errors, but: $(newest reason)" ;;
esac
show_evidence 1.5.3
phase "1.5.2 serves again"
sleep 2
stop_load
summary
echo "canary: $(($(date +%s) - began)) s"
