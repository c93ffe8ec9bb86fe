#!/bin/sh
# The Go package's own tests, and the README's example as a newcomer pastes it: go.sh GO SOURCE LIBRARY
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
# Go keeps compiled packages by these flags, and not by what pkg-config says: the directory must be among them.
export CGO_LDFLAGS="-O2 -g -L$(dirname "$library")"
export PKG_CONFIG_PATH="$work" LD_LIBRARY_PATH="$(dirname "$library")" GOFLAGS=-mod=mod GOPROXY=off
cd "$source/bindings/go"
unformatted=$(gofmt -l .) || true
[ -z "$unformatted" ] || { echo "gofmt: $unformatted"; exit 1; }
"$go" vet ./...
"$go" test -count=1 -timeout 120s -race ./...
# Pointers that cgo may not hand over: an experiment of the compiler from Go 1.21 on, a run-time check before.
if GOEXPERIMENT=cgocheck2 "$go" version >/dev/null 2>&1; then
  GOEXPERIMENT=cgocheck2 "$go" test -count=1 -timeout 120s ./...
else
  GODEBUG=cgocheck=2 "$go" test -count=1 -timeout 120s ./...
fi

mkdir "$work/readme"
cd "$work/readme"
printf 'module readme\n\ngo 1.19\n\nrequire shipflow v0.0.0\n\nreplace shipflow => %s/bindings/go\n' "$source" >go.mod
sed -n '/^```go$/,/^```$/p' "$source/bindings/go/README.md" | sed '1d;$d' >main.go
printed=$("$go" run .)
[ "$printed" = "the door is open
released" ] || { echo "go: the README's example printed: $printed"; exit 1; }
echo "go: the README's example runs"
