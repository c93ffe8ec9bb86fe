"""The build backend: a wheel is this package, the C library with everything inside, and the keeper program.

The library comes from a CMake build (target shipflow_c_bundled); SHIPFLOW_BUILD names its tree, by default
build/release of the checkout. Standard library only, so that building needs no network.
"""
from __future__ import annotations

import base64
import hashlib
import os
import sysconfig
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSION = "0.1.0"
TAG = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
INFO = f"shipflow-{VERSION}.dist-info"
METADATA = f"""Metadata-Version: 2.1
Name: shipflow
Version: {VERSION}
Summary: An embeddable release engine: plans as data, durable runs, rollback with proof
License: Apache-2.0
Requires-Python: >=3.9
Description-Content-Type: text/markdown

"""


def get_requires_for_build_wheel(config_settings=None):
    return []


def _built(name, tree):
    path = tree / name
    if not path.exists():
        raise SystemExit(f"{path} is missing: cmake --build {tree} --target shipflow_c_bundled shipflow-keeper")
    return path


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    tree = Path(os.environ.get("SHIPFLOW_BUILD") or ROOT.parents[1] / "build" / "release")
    files = {f"shipflow/{path.name}": (path.read_bytes(), 0o644) for path in sorted((ROOT / "shipflow").glob("*.py"))}
    files["shipflow/py.typed"] = (b"", 0o644)
    files["shipflow/libshipflow_c.so"] = (_built("bundled/libshipflow_c.so", tree).read_bytes(), 0o755)
    files["shipflow/shipflow-keeper"] = (_built("shipflow-keeper", tree).read_bytes(), 0o755)
    files[f"{INFO}/METADATA"] = ((METADATA + (ROOT / "README.md").read_text(encoding="utf-8")).encode(), 0o644)
    files[f"{INFO}/WHEEL"] = (f"Wheel-Version: 1.0\nGenerator: shipflow\nRoot-Is-Purelib: false\nTag: {TAG}\n".encode(), 0o644)
    record = []
    name = f"shipflow-{VERSION}-{TAG}.whl"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, (data, mode) in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(data)}\n")
            entry = zipfile.ZipInfo(path)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode) << 16
            wheel.writestr(entry, data)
        wheel.writestr(f"{INFO}/RECORD", "".join(record) + f"{INFO}/RECORD,,\n")
    return name
