#!/bin/sh
# The interface is what the headers say: exported names = declared names = names in the map, every name has the
# prefix, every function is documented, and nothing changed against the baseline.
# abi.sh SOURCE LIBRARY [--update]
set -eu
source=$1 library=$2
capi=$source/capi
work=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-abi.XXXXXX")
trap 'rm -rf "$work"' EXIT
die() { echo "abi: $*" >&2; exit 1; }

headers="$capi/include/shipflow.h $capi/include/shipflow_provider.h"
# shellcheck disable=SC2086  # one word per header
python3 "$capi/tools/exports.py" $headers >"$work/declared"
# shellcheck disable=SC2086
python3 "$capi/tools/exports.py" --map $headers >"$work/map"
nm -D --defined-only "$library" | sed 's/.* //; s/@.*//' | grep -v '^SHIPFLOW_0' | sort -u >"$work/exported"
diff "$work/declared" "$work/exported" >&2 || die "the library does not export what the headers declare"
diff "$capi/abi/shipflow_c.map" "$work/map" >&2 || die "capi/abi/shipflow_c.map is not what the headers declare"

# shellcheck disable=SC2086
python3 "$capi/tools/documented.py" $headers || die "the headers leave something unsaid"
for header in $headers; do
  gcc -E -P -I"$capi/include" "$header" >"$work/preprocessed"
done

if ! command -v abidiff >/dev/null; then echo "abi: not run: abidiff is missing"; exit 77; fi
# The C++ inside is nobody's business, and megabytes of it: what is compared is a library of empty functions
# made from the headers, which the compiler has checked the real ones against.
# shellcheck disable=SC2086
cat $headers | sed 's/SHIPFLOW_NOEXCEPT;/{ __builtin_trap(); }/; /include "shipflow.h"/d' >"$work/stub.c"
gcc -std=c11 -g -O0 -shared -fPIC -w -I"$capi/include" -o "$work/stub.so" "$work/stub.c"
nm -D --defined-only "$work/stub.so" | sed 's/.* //' | grep '^shipflow_' | sort -u >"$work/stubs"
diff "$work/declared" "$work/stubs" >&2 || die "the baseline would not hold every function"
baseline=$capi/abi/shipflow_c-0.1.abi
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --out-file "$work/now.abi" "$work/stub.so"
if [ "${3:-}" = --update ]; then cp "$work/now.abi" "$baseline"; exit 0; fi
abidiff --suppressions "$capi/abi/size-prefixed.suppr" "$baseline" "$work/now.abi" >"$work/report" 2>&1 ||
  { cat "$work/report"; die "the ABI changed: review it, then abi.sh SOURCE LIBRARY --update"; }
echo "abi: $(wc -l <"$work/exported") functions, as declared, mapped and in the baseline"
