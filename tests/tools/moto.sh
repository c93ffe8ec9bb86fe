#!/bin/sh
# Puts moto (PyPI, Apache 2.0) into build/tools/moto, where tests look for it: AWS as others understand it.
# Exit status 3 when it cannot be had.
set -eu
cd "$(dirname "$0")/../.."
version=5.2.5
home=build/tools/moto
if [ -x $home/bin/moto_server ] && [ "$(cat $home/version 2>/dev/null)" = $version ]; then exit 0; fi
rm -rf $home
mkdir -p build/tools
{ python3 -m venv $home && $home/bin/pip install -q --disable-pip-version-check "moto[server]==$version"; } >build/tools/moto.log 2>&1 || {
  echo "moto.sh: moto $version cannot be installed: $(tail -n 1 build/tools/moto.log)" >&2
  rm -rf $home
  exit 3
}
echo $version >$home/version
