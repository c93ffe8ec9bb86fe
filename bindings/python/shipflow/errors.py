"""Errors: one class, with a subclass for every status, which is a built-in one where Python has a name for it.

Code of a provider may raise them too: `raise shipflow.Throttled("slow down")` fails the step with that status, which
decides whether the engine tries again.
"""
from __future__ import annotations

from typing import Any

from . import _abi
from ._lib import lib
from .outcome import Outcome


class Error(Exception):
    """A call failed. Branch on the class or on `status` (a SHIPFLOW_... number), never on the text."""

    status: int = _abi.SHIPFLOW_INTERNAL

    def __init__(self, message: str = "", *, details: dict[str, Any] | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if status is not None:
            self.status = status
        #: `place` and `findings` of documents: severity, file, line, column, pointer, message.
        self.details = details or {}

    def __str__(self) -> str:
        return self.message

    @property
    def findings(self) -> list[dict[str, Any]]:
        """All findings of a document, in its order."""
        return list(self.details.get("findings", []))

    @property
    def retryable(self) -> bool:
        """The same call may succeed later without any change by a person."""
        return bool(lib.shipflow_status_is(self.status, _abi.SHIPFLOW_CLASS_RETRYABLE))


class InvalidArgument(Error, ValueError):
    """The caller passed something that can never work."""

    status = _abi.SHIPFLOW_INVALID_ARGUMENT


class InvalidDocument(Error, ValueError):
    """A plan, environment or release is wrong; see `findings`."""

    status = _abi.SHIPFLOW_INVALID_DOCUMENT


class NotFound(Error, LookupError):
    """The named run, step, file or program does not exist."""

    status = _abi.SHIPFLOW_NOT_FOUND


class AlreadyExists(Error):
    """The name or id is taken."""

    status = _abi.SHIPFLOW_ALREADY_EXISTS


class Denied(Error, PermissionError):
    """The principal may not do this, or a policy forbids it."""

    status = _abi.SHIPFLOW_DENIED


class Conflict(Error):
    """Somebody else holds or changed the thing, or it has ended."""

    status = _abi.SHIPFLOW_CONFLICT


class Fenced(Error):
    """The writer no longer owns the run; nothing was written."""

    status = _abi.SHIPFLOW_FENCED


class UnknownOutcome(Error):
    """The effect may or may not have happened."""

    status = _abi.SHIPFLOW_UNKNOWN_OUTCOME


class Unavailable(Error, ConnectionError):
    """The other side did not answer; trying again may help."""

    status = _abi.SHIPFLOW_UNAVAILABLE


class Throttled(Error):
    """The other side asks to slow down."""

    status = _abi.SHIPFLOW_THROTTLED


class Timeout(Error, TimeoutError):
    """The deadline passed."""

    status = _abi.SHIPFLOW_TIMEOUT


class Cancelled(Error):
    """Somebody asked to stop."""

    status = _abi.SHIPFLOW_CANCELLED


class Unsupported(Error, NotImplementedError):
    """Not built into this library."""

    status = _abi.SHIPFLOW_UNSUPPORTED


class InputOutput(Error, OSError):
    """File, socket or disk trouble."""

    status = _abi.SHIPFLOW_IO


class Corrupt(Error):
    """Stored data does not match its checksum, chain or format."""

    status = _abi.SHIPFLOW_CORRUPT


class NewerVersion(Error):
    """The store was written by a newer shipflow."""

    status = _abi.SHIPFLOW_NEWER_VERSION


class SecretLeak(Error):
    """A value marked secret would have been written down."""

    status = _abi.SHIPFLOW_SECRET_LEAK


class Failed(Error):
    """The thing ran and reported failure."""

    status = _abi.SHIPFLOW_FAILED


class Internal(Error):
    """A bug in shipflow; please report it."""


class NoMemory(Error, MemoryError):
    """An allocation failed."""

    status = _abi.SHIPFLOW_NO_MEMORY


class Forked(Error):
    """The handle belongs to the parent process."""

    status = _abi.SHIPFLOW_FORKED


class Reentrant(Error):
    """A function was called inside of one that does not allow it."""

    status = _abi.SHIPFLOW_REENTRANT


class Faulted(Error):
    """The engine ended by an earlier failure; close it, and resume from the store."""

    status = _abi.SHIPFLOW_FAULTED


CLASSES: dict[int, type[Error]] = {kind.status: kind for kind in Error.__subclasses__()}


def made_error(status: int, message: str, details: dict[str, Any]) -> Error:
    """The error of a status; of one that this package does not know, an `Error`."""
    return CLASSES.get(status, Error)(message, details=details, status=status)


class RunFailed(Exception):
    """A run did not end released. `outcome` says how; when code of this program failed in between, it is the cause."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"run {outcome.run} {outcome.phase.replace('_', ' ')}: {outcome.reason}")
        self.outcome = outcome
