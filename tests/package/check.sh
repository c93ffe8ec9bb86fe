#!/bin/sh
# The package as a host meets it: installed, moved elsewhere, found and linked in every promised way.
# Usage: check.sh SOURCE BUILD, where BUILD is a tree of SOURCE with the library built.
#
# Compiling the library again for each way would cost an hour and show nothing new, so trees that
# differ only in how they link take over the object files of BUILD (`adopt`).
set -eu

source=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
here=$source/tests/package
work=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-package.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
compiler=$(cached CMAKE_CXX_COMPILER)
flags=$(cached CMAKE_CXX_FLAGS)
type=$(cached CMAKE_BUILD_TYPE)
launcher=$(cached CMAKE_CXX_COMPILER_LAUNCHER)

for tool in cmake ninja pkg-config nm; do
  command -v $tool >/dev/null || { echo "package: not run, $tool is missing"; exit 77; }
done

say() { echo "package: $*"; }
die() { say "$*" >&2; exit 1; }

configure() {  # SOURCE_DIR BUILD_DIR OPTION...
  from=$1 to=$2; shift 2
  cmake -S "$from" -B "$to" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags" \
    -DCMAKE_BUILD_TYPE="$type" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" "$@" >"$work/log" 2>&1 ||
    { cat "$work/log"; die "configuring $from failed"; }
}

# Runs what ninja would run for the given targets in TREE, except compiling: the objects come from BUILD.
adopt() {  # TREE SUBDIR_OF_SHIPFLOW_IN_TREE TARGET...
  tree=$1 inside=$2; shift 2
  (cd "$build" && find . -path ./tests -prune -o -name '*.o' -print) >"$work/objects"
  while read -r object; do
    mkdir -p "$tree/$inside/${object%/*}"
    cp "$build/$object" "$tree/$inside/$object"
  done <"$work/objects"
  ninja -C "$tree" -t commands "$@" | grep -v -e ' -c ' -e '^ninja: ' >"$work/link" || true
  (cd "$tree" && while read -r command; do sh -c "$command" || exit 1; done <"$work/link")
}

run() {  # NAME COMMAND...
  name=$1; shift
  "$@" >"$work/output" 2>&1 || die "$name: the program failed: $(cat "$work/output")"
  say "$name: $(cat "$work/output")"
}

by_find_package() {  # NAME PREFIX [COMPONENT]
  configure "$here/consumer" "$work/$1" -DCMAKE_PREFIX_PATH="$2" -DCOMPONENTS="${3:-cxx}"
  cmake --build "$work/$1" >"$work/log" 2>&1 || { cat "$work/log"; die "$1: building failed"; }
  run "$1" "$work/$1/consumer"
}

by_pkg_config() {  # NAME PREFIX
  words=$(PKG_CONFIG_PATH=$2/lib/pkgconfig pkg-config --cflags --libs shipflow)
  # shellcheck disable=SC2086  # words are meant to be split
  $launcher "$compiler" $flags -std=c++20 -c "$here/consumer/main.cpp" -o "$work/$1.o" $words
  # shellcheck disable=SC2086
  "$compiler" $flags "$work/$1.o" -o "$work/$1" $words -Wl,-rpath,"$2/lib"
  run "$1" "$work/$1"
}

by_subdirectory() {  # NAME
  configure "$here/consumer" "$work/$1" -DSHIPFLOW_SOURCE="$source"
  ninja -C "$work/$1" CMakeFiles/consumer.dir/main.cpp.o >"$work/log" 2>&1 || { cat "$work/log"; die "$1: compiling failed"; }
  adopt "$work/$1" shipflow consumer
  run "$1" "$work/$1/consumer"
}

refuses_unknown_component() {  # PREFIX
  if cmake -S "$here/consumer" -B "$work/unknown" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$1" -DCOMPONENTS=fortran >"$work/log" 2>&1; then
    die "an unknown component was accepted"
  fi
  grep -q 'component `fortran` is not part' "$work/log" || { cat "$work/log"; die "the refusal does not name the component"; }
  say "an unknown component is refused by name"
}

headers_stand_alone() {  # PREFIX
  (cd "$1/include" && find shipflow -name '*.hpp') >"$work/headers"
  while read -r header; do
    # shellcheck disable=SC2086
    echo "#include <$header>" | "$compiler" $flags -std=c++20 -Wall -Wextra -Wpedantic -Werror \
      -fsyntax-only -I"$1/include" -x c++ - || die "$header does not compile alone"
  done <"$work/headers"
  say "every public header compiles alone"
}

# A program is there, in the moved place, and named by its component.
program_is_there() {  # PREFIX COMPONENT
  [ -f "$1/lib/cmake/shipflow/shipflow-$2-targets.cmake" ] || return 0
  by_find_package "component-$2" "$1" "cxx;$2"
  program=$(cat "$work/component-$2/$2")
  case $program in "$1"/*) ;; *) die "component $2 names $program, which is not in the package" ;; esac
  [ -x "$program" ] || die "component $2 names $program, which is not there"
}

program_starts() {  # PREFIX
  [ -x "$1/bin/shipflow" ] || return 0
  "$1/bin/shipflow" help >"$work/output" 2>&1 || { cat "$work/output"; die "$1/bin/shipflow does not start"; }
  say "the installed program starts from $(basename "$1")"
}

# The C interface as a C program meets it: found by pkg-config, without anything of the C++ package.
c_by_pkg_config() {  # NAME PREFIX
  words=$(PKG_CONFIG_PATH=$2/lib/pkgconfig pkg-config --cflags --libs shipflow-c)
  # shellcheck disable=SC2086  # words are meant to be split
  gcc -std=c99 -Wall -Wextra -Wpedantic -Werror "$here/c_consumer/main.c" -o "$work/$1" $words -Wl,-rpath,"$2/lib"
  run "$1" "$work/$1"
}

exports_public_names_only() {  # LIBRARY
  nm -DC --defined-only "$1" | sed 's/^[0-9a-f]* [A-Za-z] //' |
    grep -v -e '^shipflow::v1::' -e '^\(vtable\|VTT\|typeinfo\|typeinfo name\|non-virtual thunk\|virtual thunk\) \(for\|to\) shipflow::v1::' >"$work/extra" || true
  [ ! -s "$work/extra" ] || { head "$work/extra"; die "the shared library exports private names"; }
  say "the shared library exports the public namespace only"
}

installed_targets() {  # TREE
  for target in shipflow shipflow_c shipflow-keeper shipflow-program; do
    if ninja -C "$1" -t query $target >/dev/null 2>&1; then echo $target; fi
  done
}

installed() {  # TREE NAME: prints the prefix, moved after installing so that nothing can point back
  cmake --install "$1" --prefix "$work/$2-first" >"$work/log" || { cat "$work/log"; die "installing failed"; }
  mv "$work/$2-first" "$work/$2"
}

installed "$build" static
by_find_package static-find_package "$work/static"
by_pkg_config static-pkg-config "$work/static"
by_subdirectory static-add_subdirectory
refuses_unknown_component "$work/static"
headers_stand_alone "$work/static"
program_is_there "$work/static" keeper
program_is_there "$work/static" program
program_starts "$work/static"
case $flags in *-fsanitize*) ;; *) c_by_pkg_config c-pkg-config "$work/static" ;; esac

configure "$source" "$work/shared-tree" -DBUILD_SHARED_LIBS=ON -DSHIPFLOW_BUILD_TESTS=OFF \
  -DSHIPFLOW_BUILD_EXAMPLES="$(cached SHIPFLOW_BUILD_EXAMPLES)" -DSHIPFLOW_DEVELOPER="$(cached SHIPFLOW_DEVELOPER)"
# shellcheck disable=SC2046  # one word per target
adopt "$work/shared-tree" . $(installed_targets "$work/shared-tree")
installed "$work/shared-tree" shared
by_find_package shared-find_package "$work/shared"
by_pkg_config shared-pkg-config "$work/shared"
program_starts "$work/shared"
exports_public_names_only "$work/shared/lib/libshipflow.so"
