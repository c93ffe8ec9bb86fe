#!/bin/sh
# What a newcomer does: installs, pastes the example of a README, and runs the commands below it.
# readme.sh SOURCE BUILD
set -eu
source=$(cd "$1" && pwd) build=$(cd "$2" && pwd)
. "$source/tests/examples/languages/package.sh"

block() {  # README LANGUAGE NUMBER: the NUMBERth block of code in LANGUAGE
  awk -v fence="\`\`\`$2" -v wanted="$3" '$0 == fence { n++; on = n == wanted; next } $0 == "```" { on = 0 } on' "$1"
}

mkdir "$work/c"
cd "$work/c"
block "$source/capi/README.md" c 1 >hello.c
block "$source/capi/README.md" yaml 1 >plan.yaml
block "$source/capi/README.md" yaml 2 >environments.yaml
block "$source/capi/README.md" sh 1 >commands
cmp hello.c "$source/examples/hello/c/main.c" || die "capi/README.md does not show examples/hello/c/main.c as it is"
sh -e commands >printed || die "the commands of capi/README.md failed"
diff -u "$source/examples/hello/expected.txt" printed || die "the example of capi/README.md printed something else"

# The one of the README for C++ is a file that examples_cpp builds and runs.
block "$source/README.md" cpp 1 | cmp - "$source/examples/hello/cpp/main.cpp" ||
  die "README.md does not show examples/hello/cpp/main.cpp as it is"
echo "examples: what the READMEs show runs as it is"
