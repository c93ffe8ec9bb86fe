#!/bin/sh
# clang-tidy-14 on the sources that changed: tidy.sh BUILD_DIR [SECONDS]. Changed is what differs from origin/main or
# from TIDY_BASE, a commit. Where that is nothing, as in a fresh clone, every source counts, the last changed first.
# After SECONDS (default 300) no further file is begun, and what was not checked is counted.
set -eu

build=$1
budget=${2:-300}
jobs=${JOBS:-$(nproc)}
cd "$(dirname "$0")/../.."

base() { git merge-base HEAD "${TIDY_BASE:-origin/main}" 2>/dev/null || true; }

# All sources, those of the newest commits first.
by_age() {
  { git log --format= --name-only --diff-filter=d -- "$@"; git ls-files -- "$@"; } | awk '!seen[$0]++' |
    while read -r file; do if [ -e "$file" ]; then echo "$file"; fi; done
}

changed() {
  from=$(base)
  different=
  if [ -n "$from" ]; then different=$(git diff --name-only --diff-filter=d "$from" -- "$@"); fi
  if [ -n "$different" ]; then echo "$different"; else by_age "$@"; fi
}

# Only what the build compiles has flags to check it with.
compiled() {
  while read -r file; do
    if grep -q "\"file\": \".*/$file\"" "$build/compile_commands.json"; then echo "$file"; fi
  done
}

work=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-tidy.XXXXXX")
trap 'rm -rf "$work"' EXIT
changed 'src/*.cpp' 'capi/*.cpp' 'examples/*.cpp' | compiled >"$work/files"
export build work
export end=$(($(date +%s) + budget))
# A file is judged by its findings, not by the exit status: Clang 14 stumbles over C++20 that GCC 12 compiles
# (bindings captured by lambdas, vectors of an incomplete type), and GCC decides about that.
# shellcheck disable=SC2016  # the inner shell expands
xargs -P "$jobs" -I{} sh -c '
  if [ "$(date +%s)" -ge "$end" ]; then echo "{}" >>"$work/late"; exit 0; fi
  clang-tidy-14 -p "$build" --quiet "{}" >"$work/$$" 2>/dev/null
  if grep -e "-warnings-as-errors\]$" "$work/$$"; then echo "{}" >>"$work/bad"; fi
' <"$work/files"

echo "clang-tidy: $(wc -l <"$work/files") files"
if [ -e "$work/late" ]; then echo "clang-tidy: out of time, $(wc -l <"$work/late") of them not checked"; fi
if [ -e "$work/bad" ]; then echo "clang-tidy: findings in" $(sort "$work/bad"); exit 1; fi
