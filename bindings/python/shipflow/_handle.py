"""Handles of the C library, and the text that goes in and out."""
from __future__ import annotations

import ctypes
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from . import _abi
from ._lib import lib
from .errors import CLASSES, Error

_Self = TypeVar("_Self", bound="Handle")


def view(text: str | bytes | None) -> Any:
    """Text as a view; the bytes live as long as the view does."""
    if text is None:
        return _abi.shipflow_str(None, 0)
    data = text.encode() if isinstance(text, str) else text
    kept = ctypes.create_string_buffer(data, len(data) + 1)
    out = _abi.shipflow_str(ctypes.cast(kept, ctypes.c_void_p), len(data))
    out._kept = kept
    return out


def body(value: Any) -> Any:
    """A value as a view of its JSON."""
    return view(json.dumps(value))


def text_of(view_: Any) -> str:
    return ctypes.string_at(view_.ptr, view_.len).decode() if view_.ptr else ""


def take_text(buf: ctypes.c_void_p) -> str:
    """The text of a buffer, which is freed."""
    try:
        return text_of(lib.shipflow_buf_view(buf))
    finally:
        lib.shipflow_buf_free(buf)


def call(function: Any, *arguments: Any) -> None:
    """Calls a function whose last parameter is an error, and raises it."""
    trouble = ctypes.c_void_p()
    status = function(*arguments, ctypes.byref(trouble))
    if status == _abi.SHIPFLOW_OK:
        return
    message = text_of(lib.shipflow_error_message(trouble))
    details = json.loads(text_of(lib.shipflow_error_detail(trouble)) or "{}")
    lib.shipflow_error_free(trouble)
    raise CLASSES.get(status, Error)(status, message, details)


def made(function: Any, *arguments: Any) -> ctypes.c_void_p:
    """Calls a function with one result before the error."""
    out = ctypes.c_void_p()
    call(function, *arguments, ctypes.byref(out))
    return out


class Handle:
    """Owns one handle. `close` may be called twice; what is still needed inside lives on."""

    _free: Callable[[ctypes.c_void_p], None]

    def __init__(self, pointer: ctypes.c_void_p) -> None:
        self._pointer: ctypes.c_void_p | None = pointer

    @property
    def _ptr(self) -> ctypes.c_void_p:
        if self._pointer is None:
            raise ValueError(f"this {type(self).__name__} is closed")
        return self._pointer

    def close(self) -> None:
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            type(self)._free(pointer)

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        # Only a net: at interpreter exit the library may be gone already.
        if getattr(self, "_pointer", None) is not None and lib is not None:
            self.close()
