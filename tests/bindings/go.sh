#!/bin/sh
# The Go package's own tests: go.sh GO SOURCE LIBRARY
set -eu
go=$1 source=$2 library=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-go.XXXXXX")
trap 'rm -rf "$work"' EXIT
# The package is found as an installed one would be: by pkg-config.
cat >"$work/shipflow-c.pc" <<END
Name: shipflow-c
Description: the library of a build tree
Version: 0
Cflags: -I$source/capi/include
Libs: -L$(dirname "$library") -lshipflow_c
END
export PKG_CONFIG_PATH="$work" LD_LIBRARY_PATH="$(dirname "$library")" GOFLAGS=-mod=mod GOPROXY=off
cd "$source/bindings/go"
unformatted=$(gofmt -l .) || true
[ -z "$unformatted" ] || { echo "gofmt: $unformatted"; exit 1; }
"$go" vet .
"$go" test -count=1 -race .
