#!/bin/sh
# Everything a change must pass; on a Debian 12 as root it installs what it needs.
#
#   sh tests/run.sh            release and asan-ubsan with all tests, tsan for what has threads, linters, package
#   sh tests/run.sh --quick    the release build and its tests
#
# JOBS: parallel compilers (default: all cores). CI=true: a suite that could not run is a failure.
# Trees go to build/<preset>. The exit status is 0 when everything that ran passed.
set -u
cd "$(dirname "$0")/.." || exit 1

# The thread sanitizer's suites, by the names of their test programs: where runs and commits meet threads.
THREADED='^(engine|store|conformance|aws|source)'

quick=${1:-}
case $quick in '' | --quick) ;; *) echo "usage: sh tests/run.sh [--quick]" >&2; exit 2 ;; esac
JOBS=${JOBS:-$(nproc)}
export JOBS
started=$(date +%s)
report=$(mktemp "${TMPDIR:-/tmp}/shipflow-run.XXXXXX")
not_run=$(mktemp "${TMPDIR:-/tmp}/shipflow-run.XXXXXX")
trap 'rm -f "$report" "$not_run"' EXIT
failed=

# Keeps going after a failure, so that one run shows everything that is wrong.
stage() {  # NAME COMMAND...
  name=$1; shift
  printf '\n=== %s\n' "$name"
  begin=$(date +%s)
  if "$@"; then result=ok; else result=FAILED; failed="$failed, $name"; fi
  printf '  %-22s %-7s %4d s\n' "$name" "$result" $(($(date +%s) - begin)) >>"$report"
  [ $result = ok ]
}

missing_tool() {  # SUITE TOOL: true when the tool is not there, which is then reported
  command -v "$2" >/dev/null && return 1
  echo "not run: $1: $2 is missing" | tee -a "$not_run"
}

install() {
  sh tests/tools/packages.sh install build check counterparts bindings shop || [ $? = 3 ] || return 1
  sh tests/tools/moto.sh || [ $? = 3 ] || return 1
  sh tests/tools/versitygw.sh || [ $? = 3 ] || return 1
  sh tests/tools/awscli.sh || [ $? = 3 ]
}

configure() {  # PRESET
  launcher=
  if command -v ccache >/dev/null; then launcher=ccache; fi
  # The same file at the same place in two trees is one entry of the cache.
  export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
  # Else it keeps nothing that was made with precompiled headers.
  export CCACHE_SLOPPINESS=pch_defines,time_macros
  # Some forty test programs are linked in each tree.
  linker=
  if command -v mold >/dev/null; then linker=-fuse-ld=mold; fi
  cmake --preset "$1" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" -DCMAKE_EXE_LINKER_FLAGS="$linker" >"build/$1.configure.log" 2>&1 ||
    { cat "build/$1.configure.log"; return 1; }
}

build() {  # PRESET TARGET...
  mkdir -p build
  configure "$1" || return 1
  tree=build/$1; shift
  ninja -C "$tree" -j "$JOBS" -k 20 --quiet "$@"
}

# ThreadSanitizer of GCC 12 does not start where the kernel spreads addresses widely.
without_address_randomisation() {
  if setarch -R true 2>/dev/null; then setarch -R "$@"; else "$@"; fi
}

run_tests() {  # PRESET OPTION...
  log=build/$1.ctest.log
  tree=build/$1; shift
  # One more than there are processors: many suites wait for processes, leases and disks more than they compute.
  without_address_randomisation ctest --test-dir "$tree" -j $((JOBS + 1)) --output-on-failure --no-tests=error -O "$log" "$@"
  status=$?
  grep -oh 'not run: .*' "$tree/Testing/Temporary/LastTest.log" >>"$not_run"
  return $status
}

threaded_targets() {
  ninja -C build/tsan -t targets all | sed -n 's/^test_\([a-z_0-9]*\): phony$/\1/p' | grep -E "$THREADED"
}

build_threaded() {
  mkdir -p build
  configure tsan || return 1
  targets=$(threaded_targets | sed 's/^/test_/')
  for program in shipflow-keeper; do
    if ninja -C build/tsan -t query $program >/dev/null 2>&1; then targets="$targets $program"; fi
  done
  # shellcheck disable=SC2086  # one word per target
  ninja -C build/tsan -j "$JOBS" -k 20 --quiet $targets
}

test_threaded() {
  run_tests tsan -R "^($(threaded_targets | paste -sd '|'))\$"
}

check_format() {
  git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs clang-format-14 --dry-run -Werror
}

everything() {
  missing_tool build cmake && return
  missing_tool build ninja && return
  stage "release build" build release && stage "release tests" run_tests release
  [ -z "$quick" ] || return
  missing_tool clang-format clang-format-14 || stage "clang-format" check_format
  missing_tool clang-tidy clang-tidy-14 || stage "clang-tidy" sh tests/tools/tidy.sh build/release 60
  # Suites labelled `source` do not run what the sanitizer was built into.
  stage "asan-ubsan build" build asan-ubsan && stage "asan-ubsan tests" run_tests asan-ubsan -LE '^source$'
  stage "tsan build" build_threaded && stage "tsan tests" test_threaded
}

stage "install" install
everything

printf '\n=== summary after %d s\n' $(($(date +%s) - started))
cat "$report"
sort -u "$not_run" | sed 's/^/  /'
if [ -s "$not_run" ] && [ "${CI:-}" = true ]; then failed="$failed, suites that could not run"; fi
for log in build/*.ctest.log; do
  [ ! -e "$log" ] || echo "  $(basename "$log" .ctest.log): $(grep 'tests passed' "$log")"
done
if [ -n "$failed" ]; then echo "tests/run.sh: FAILED: ${failed#, }"; exit 1; fi
echo "tests/run.sh: passed"
