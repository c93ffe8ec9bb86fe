# Sourced by run.sh and readme.sh: `source` and `build` become a package in $prefix, found by pkg-config.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
compiler=$(cached CMAKE_CXX_COMPILER)
launcher=$(cached CMAKE_CXX_COMPILER_LAUNCHER)
work=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-examples.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
die() { echo "examples: $*" >&2; exit 1; }
for tool in cmake pkg-config gcc; do
  command -v $tool >/dev/null || { echo "examples: not run, $tool is missing"; exit 77; }
done
prefix=$work/package
cmake --install "$build" --prefix "$prefix" >"$work/log" 2>&1 || { cat "$work/log"; die "installing failed"; }
# Go keeps compiled packages by these flags, and not by what pkg-config says: the directory must be among them.
export CGO_LDFLAGS="-O2 -g -L$prefix/lib"
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
