#!/bin/sh
# clang-tidy-14 on the sources that changed: tidy.sh BUILD_DIR [SECONDS]. The base is origin/main, or the commit
# before when that is where we are. After SECONDS (default 300) no further file is begun; the rest is named.
set -eu

build=$1
budget=${2:-300}
jobs=${JOBS:-$(nproc)}
cd "$(dirname "$0")/../.."

base() {
  for candidate in origin/main HEAD~1; do
    commit=$(git merge-base HEAD "$candidate" 2>/dev/null) || continue
    if [ "$commit" != "$(git rev-parse HEAD)" ]; then echo "$commit"; return; fi
  done
}

changed() {
  from=$(base)
  if [ -n "$from" ]; then git diff --name-only --diff-filter=d "$from" -- "$@"; else git ls-files -- "$@"; fi
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

echo "clang-tidy: $(wc -l <"$work/files") changed files"
if [ -e "$work/late" ]; then echo "clang-tidy: out of time, not checked:" $(sort "$work/late"); fi
if [ -e "$work/bad" ]; then echo "clang-tidy: findings in" $(sort "$work/bad"); exit 1; fi
