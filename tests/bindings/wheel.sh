#!/bin/sh
# The wheel as a newcomer meets it: built, installed elsewhere, the README's example pasted and run, nothing else found.
# wheel.sh PYTHON SOURCE BUILD
set -eu
python=$1 source=$2 build=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/shipflow-wheel.XXXXXX")
trap 'rm -rf "$work"' EXIT
cmake --build "$build" --target shipflow_c_bundled shipflow-keeper >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cd "$source/bindings/python/tools"
wheel=$(SHIPFLOW_BUILD=$build PYTHONDONTWRITEBYTECODE=1 "$python" -c "import backend, sys; print(backend.build_wheel(sys.argv[1]))" "$work")
mkdir "$work/site"
cd "$work"
"$python" -m zipfile -e "$wheel" site
chmod +x site/shipflow/shipflow-keeper
needed=$(readelf -d site/shipflow/libshipflow_c.so | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -v -e '^libc\.so' -e '^libm\.so' -e '^ld-linux' || true)
[ -z "$needed" ] || { echo "wheel: the library needs $needed"; exit 1; }
hidden=$(nm -D --defined-only site/shipflow/libshipflow_c.so | grep -v -e ' shipflow_' -e 'SHIPFLOW_0' || true)
[ -z "$hidden" ] || { echo "wheel: the library exports more than its interface: $hidden"; exit 1; }
sed -n '/^```python$/,/^```$/p' "$source/bindings/python/README.md" | sed '1d;$d' >example.py
printed=$(env -i PATH=/usr/bin:/bin PYTHONPATH=site "$python" example.py)
[ "$printed" = "the door is open
released" ] || { echo "wheel: the README's example printed: $printed"; exit 1; }
for folder in "$source"/examples/*/python; do
  folder=${folder%/*}
  name=$(basename "$folder")
  mkdir "$name"
  run() { env -i PATH=/usr/bin:/bin PYTHONPATH=site "$python" "$folder/python/main.py" "$folder/plan.yaml" "$folder/environments.yaml" "$name" "$@"; }
  if [ "$name" = resume_after_crash ]; then run die >"$name/out" && exit 1; fi
  run >>"$name/out" || { echo "wheel: $name failed"; exit 1; }
  diff -u "$folder/expected.txt" "$name/out" || { echo "wheel: $name printed something else"; exit 1; }
done
size=$(stat -c %s site/shipflow/libshipflow_c.so)
echo "wheel: the README's example runs; the library has $size bytes"
