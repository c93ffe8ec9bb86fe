#!/bin/sh
# The Python package's own tests: python.sh PYTHON SOURCE LIBRARY
set -eu
python=$1 source=$2
"$python" -c 'import pytest' 2>/dev/null || { echo "not run: bindings_python: pytest is missing"; exit 77; }
cd "$source/bindings/python"
export SHIPFLOW_LIBRARY="$3" PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1
if "$python" -m mypy --version >/dev/null 2>&1; then
  # once as the oldest Python that is promised, once as this one
  "$python" -m mypy --strict --cache-dir=/dev/null --python-version 3.9 -p shipflow
  "$python" -m mypy --strict --cache-dir=/dev/null -p shipflow
else
  echo "not run: bindings_python: mypy is missing"
fi
"$python" -X dev -m pytest -q -p no:cacheprovider tests
# The PyPy of Debian 12 is a Python 3.9, and one without reference counts.
if pypy3 -c 'import pytest' 2>/dev/null; then
  pypy3 -m pytest -q -p no:cacheprovider tests
else
  echo "not run: bindings_python on Python 3.9: pypy3 or its pytest is missing"
fi
