"""Handles of the C library, and the text that goes in and out."""
from __future__ import annotations

import ctypes
import gc
import json
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from . import _abi
from ._lib import lib
from .errors import made_error

#: Without it what nobody uses any more is freed some time later, but a store or an engine ends when it is closed.
_COUNTS_REFERENCES = sys.implementation.name == "cpython"

_Self = TypeVar("_Self", bound="Handle")


def view(text: str | bytes | None) -> Any:
    """Text as a view; the bytes live as long as the view does."""
    if text is None:
        return _abi.given_str(None, 0)
    data = text.encode() if isinstance(text, str) else text
    return _abi.given_str(data, len(data))


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
    if status != _abi.SHIPFLOW_OK:
        raise_error(status, trouble)


def raise_error(status: int, trouble: ctypes.c_void_p) -> NoReturn:
    """Raises what the library says, and frees it."""
    try:
        message = text_of(lib.shipflow_error_message(trouble)) or lib.shipflow_status_name(status).decode()
        details = json.loads(text_of(lib.shipflow_error_detail(trouble)) or "{}")
    finally:
        lib.shipflow_error_free(trouble)
    raise made_error(status, message, details)


def made(function: Any, *arguments: Any) -> ctypes.c_void_p:
    """Calls a function with one result before the error."""
    out = ctypes.c_void_p()
    call(function, *arguments, ctypes.byref(out))
    return out


class Owned:
    """One handle of the library. It is freed when the last one who uses it lets go: a call that is under way in another
    thread holds it too, so closing never takes a handle away under it."""

    __slots__ = ("_as_parameter_", "_free")

    def __init__(self, pointer: ctypes.c_void_p, free: Callable[[ctypes.c_void_p], None]) -> None:
        self._as_parameter_ = pointer
        self._free = free

    def __del__(self) -> None:
        self._free(self._as_parameter_)


class Handle:
    """Owns one handle. `close` may be called twice and in any order; what is still needed inside lives on."""

    _free: str  # the function that frees it

    def __init__(self, pointer: ctypes.c_void_p) -> None:
        self._owned: Owned | None = Owned(pointer, getattr(lib, self._free))

    @property
    def _ptr(self) -> Owned:
        owned = self._owned
        if owned is None:
            raise ValueError(f"this {type(self).__name__} is closed")
        return owned

    @property
    def closed(self) -> bool:
        return self._owned is None

    def close(self) -> None:
        self._owned = None
        if not _COUNTS_REFERENCES:
            gc.collect()

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
