#!/bin/sh
# Every example in one language: built against the installed package, run, and its output compared with expected.txt.
# run.sh c|cpp|python|go SOURCE BUILD
set -eu
language=$1 source=$(cd "$2" && pwd) build=$(cd "$3" && pwd)
. "$source/tests/examples/languages/package.sh"

# Each prepares `$work/$name`, a program.
# shellcheck disable=SC2046  # words of pkg-config are meant to be split
make_c() {
  gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror "$1/c/main.c" -o "$work/$2" -pthread $(pkg-config --cflags --libs shipflow-c)
}
# shellcheck disable=SC2046
make_cpp() {
  $launcher "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Werror -c "$1/cpp/main.cpp" -o "$work/$2.o" $(pkg-config --cflags shipflow)
  "$compiler" "$work/$2.o" -o "$work/$2" $(pkg-config --libs shipflow)
}
make_python() {
  printf '#!/bin/sh\nexec python3 -X dev "%s/python/main.py" "$@"\n' "$1" >"$work/$2"
  chmod +x "$work/$2"
}
make_go() {
  (cd "$1/go" && GOFLAGS=-mod=mod GOPROXY=off go build -o "$work/$2" .)
}
case $language in
  python)
    python3 -c 'import asyncio' 2>/dev/null || { echo "examples: not run, python3 is missing"; exit 77; }
    export SHIPFLOW_LIBRARY="$prefix/lib/libshipflow_c.so" PYTHONPATH="$source/bindings/python" PYTHONDONTWRITEBYTECODE=1 ;;
  go) command -v go >/dev/null || { echo "examples: not run, go is missing"; exit 77; } ;;
esac

start() {  # FOLDER NAME ARGUMENT...
  folder=$1 program=$work/$2; shift 2
  timeout 60 "$program" "$folder/plan.yaml" "$folder/environments.yaml" "$@"
}
# The program that is to die does so; the same program, started again, goes on.
start_twice() {  # FOLDER NAME
  mkdir "$work/$2.state"
  start "$1" "$2" "$work/$2.state" die && die "$2: the first start did not die"
  start "$1" "$2" "$work/$2.state"
}

count=0
for folder in "$source"/examples/*/"$language"; do
  [ -d "$folder" ] || continue
  folder=${folder%/*}
  name=$(basename "$folder")
  "make_$language" "$folder" "$name" || die "$name: building failed"
  how=start
  [ "$name" = resume_after_crash ] && how=start_twice
  $how "$folder" "$name" >"$work/$name.out" 2>"$work/$name.err" || { cat "$work/$name.out" "$work/$name.err"; die "$name: failed"; }
  diff -u "$folder/expected.txt" "$work/$name.out" || die "$name: printed something else"
  count=$((count + 1))
done
[ "$count" -gt 0 ] || die "there are no examples in $language"
echo "examples: $count in $language print what is expected"
