#!/bin/sh
# The Go package with everything inside: bundled, linked into its tests and an example, which then need nothing but the C
# library of the system. bundled.sh GO SOURCE BUILD
set -eu
go=$1 source=$2 build=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-bundled.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp -r "$source/bindings/go" "$work/go"
sh "$source/bindings/go/tools/bundle.sh" "$build" "$work/go"
seen=$(nm -g --defined-only "$work/go/lib/libshipflow_c.a" | sed -n 's/^[0-9a-f]* [A-Za-z] //p' | grep -v '^shipflow_' || true)
[ -z "$seen" ] || { echo "bundled: more can be seen than the interface: $seen"; exit 1; }

unset PKG_CONFIG_PATH LD_LIBRARY_PATH
export GOFLAGS=-mod=mod GOPROXY=off SHIPFLOW_BUNDLED=1 SHIPFLOW_HEADERS="$work/go/include" SHIPFLOW_CORPUS="$source/tests/corpus"
cd "$work/go"
"$go" test -tags shipflow_bundled -count=1 -timeout 120s .
mkdir "$work/hello"
cp "$source/examples/hello/go/main.go" "$work/hello"
printf 'module hello\n\ngo 1.19\n\nrequire shipflow v0.0.0\n\nreplace shipflow => %s/go\n' "$work" >"$work/hello/go.mod"
cd "$work/hello"
"$go" build -tags shipflow_bundled -o hello .
needed=$(readelf -d hello | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -v -e '^libc\.so' -e '^libm\.so' -e '^ld-linux' || true)
[ -z "$needed" ] || { echo "bundled: the program needs $needed"; exit 1; }
env -i ./hello "$source/examples/hello/plan.yaml" "$source/examples/hello/environments.yaml" | diff -u "$source/examples/hello/expected.txt" -
echo "bundled: a program of $(stat -c %s hello) bytes needs nothing but the C library"
