#!/bin/sh
# Puts the AWS CLI (PyPI awscli, Apache 2.0) into build/tools/awscli, where tests look for it: Debian's is too old for
# service deployments. Exit status 3 when it cannot be had.
set -eu
cd "$(dirname "$0")/../.."
version=1.46.3
home=build/tools/awscli
if [ -x $home/bin/aws ] && [ "$(cat $home/version 2>/dev/null)" = $version ]; then exit 0; fi
rm -rf $home
mkdir -p build/tools
{ python3 -m venv $home && $home/bin/pip install -q --disable-pip-version-check "awscli==$version"; } >build/tools/awscli.log 2>&1 || {
  echo "awscli.sh: awscli $version cannot be installed: $(tail -n 1 build/tools/awscli.log)" >&2
  rm -rf $home
  exit 3
}
echo $version >$home/version
