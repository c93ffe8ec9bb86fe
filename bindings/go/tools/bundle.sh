#!/bin/sh
# Puts the C library with everything inside beside the Go package, for `go build -tags shipflow_bundled`:
# bundle.sh BUILD [PACKAGE]. BUILD is a tree of this checkout, PACKAGE the directory of the package, by default this one.
#
# All objects and archives become one object in which only the names of shipflow.h can be seen from outside, so that
# another OpenSSL, SQLite or C++ library of the program does not meet the ones in here.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
source=$(cd "$here/../.." && pwd)
build=$(cd "$1" && pwd)
package=${2:-$here}
work=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-bundle.XXXXXX")
trap 'rm -rf "$work"' EXIT
cmake --build "$build" --target shipflow_c_bundled >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

# What the shared one was linked from is what goes in here.
cd "$build"
ninja -t commands shipflow_c_bundled | tail -1 | tr ' ' '\n' >"$work/words"
grep '\.o$' "$work/words" >"$work/objects"
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' CMakeCache.txt)
# shellcheck disable=SC2046  # one word per archive
ld.bfd -r --force-group-allocation --strip-debug -o "$work/all.o" "@$work/objects" --start-group \
  $(grep '\.a$' "$work/words") "$("$compiler" -print-file-name=libstdc++.a)" "$("$compiler" -print-file-name=libgcc_eh.a)" --end-group
grep -o 'shipflow_[a-z_]*;' "$source/capi/abi/shipflow_c.map" | tr -d ';' >"$work/names"
objcopy --keep-global-symbols="$work/names" "$work/all.o" "$work/one.o"
# Names that cannot be hidden (a linker makes them unique, or merges them) get one that nobody else has.
nm -g --defined-only "$work/one.o" | sed -n 's/^[0-9a-f]* [uC] \(.*\)/\1 shipflow_inside_\1/p' >"$work/renamed"
objcopy --redefine-syms="$work/renamed" "$work/one.o"

mkdir -p "$package/lib" "$package/include"
rm -f "$package/lib/libshipflow_c.a"
ar rcs "$package/lib/libshipflow_c.a" "$work/one.o"
cp "$source/capi/include/shipflow.h" "$source/capi/include/shipflow_provider.h" "$package/include"
