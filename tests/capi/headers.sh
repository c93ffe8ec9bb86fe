#!/bin/sh
# The headers, with every compiler and standard that is there; as the only include, twice, and pedantic.
set -eu
include=$1
for header in shipflow.h shipflow_provider.h; do
  text="#include <$header>
#include <$header>
int main(void) { return shipflow_abi_version() == SHIPFLOW_ABI_VERSION ? 0 : 1; }"
  for c in gcc clang-14; do
    command -v $c >/dev/null || continue
    for std in c99 c11 c17; do
      echo "$text" | $c -std=$std -Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only -I"$include" -x c -
    done
  done
  for cpp in g++ clang++-14; do
    command -v $cpp >/dev/null || continue
    for std in c++11 c++17 c++20; do
      echo "$text" | $cpp -std=$std -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -I"$include" -x c++ -
    done
  done
done
echo "headers: ok"
