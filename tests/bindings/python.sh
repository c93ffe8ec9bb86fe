#!/bin/sh
# The Python package's own tests: python.sh PYTHON SOURCE LIBRARY
set -eu
python=$1 source=$2
"$python" -c 'import pytest' 2>/dev/null || { echo "not run: bindings_python: pytest is missing"; exit 77; }
cd "$source/bindings/python"
export SHIPFLOW_LIBRARY="$3" PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1
if "$python" -m mypy --version >/dev/null 2>&1; then
  "$python" -m mypy --strict --cache-dir=/dev/null -p shipflow
else
  echo "not run: bindings_python: mypy is missing"
fi
exec "$python" -X dev -m pytest -q -p no:cacheprovider tests
