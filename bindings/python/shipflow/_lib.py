"""Finds and loads the C library: beside this module (a wheel), SHIPFLOW_LIBRARY, then the system's loader."""
from __future__ import annotations

import ctypes
import os
from pathlib import Path

from . import _abi

_NAME = "libshipflow_c.so"


def _load() -> ctypes.CDLL:
    bundled = Path(__file__).with_name(_NAME)
    chosen = os.environ.get("SHIPFLOW_LIBRARY")
    if bundled.exists():
        library = ctypes.CDLL(str(bundled))
    elif chosen:
        library = ctypes.CDLL(chosen)
    else:
        try:
            library = ctypes.CDLL(_NAME)
        except OSError as e:
            raise ImportError(
                f"{_NAME} is neither in the package nor known to the loader; set SHIPFLOW_LIBRARY to its path"
            ) from e
    library.shipflow_abi_version.restype = ctypes.c_uint32
    found = library.shipflow_abi_version()
    if found != _abi.SHIPFLOW_ABI_VERSION:
        raise ImportError(f"this package needs ABI {_abi.SHIPFLOW_ABI_VERSION} of {_NAME}, the one that was found has {found}")
    _abi.declare(library)
    return library


lib = _load()
