"""Finds and loads the C library: beside this module (a wheel), SHIPFLOW_LIBRARY, then the system's loader."""
from __future__ import annotations

import ctypes
import os
from pathlib import Path

from . import _abi

_NAME = "libshipflow_c.so"


def _open() -> tuple[str, ctypes.CDLL]:
    bundled = Path(__file__).with_name(_NAME)
    name = str(bundled) if bundled.exists() else os.environ.get("SHIPFLOW_LIBRARY") or _NAME
    try:
        return name, ctypes.CDLL(name)
    except OSError as e:
        raise ImportError(f"{e}; set SHIPFLOW_LIBRARY to the path of {_NAME}") from e


def _load() -> ctypes.CDLL:
    name, library = _open()
    try:
        version = library.shipflow_abi_version
    except AttributeError as e:
        raise ImportError(f"{name} is not the C library of shipflow") from e
    version.restype = ctypes.c_uint32
    found = version()
    if found != _abi.SHIPFLOW_ABI_VERSION:
        which = "older" if found < _abi.SHIPFLOW_ABI_VERSION else "newer"
        raise ImportError(f"{name} is {which} than this package: it has ABI {found}, needed is {_abi.SHIPFLOW_ABI_VERSION}")
    try:
        _abi.declare(library)
    except AttributeError as e:
        raise ImportError(f"{name} is older than this package: {e}") from e
    return library


lib = _load()
