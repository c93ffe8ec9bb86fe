"""Errors: one class, with a subclass where Python has a name for it."""
from __future__ import annotations

from typing import Any

from . import _abi


class Error(Exception):
    """A call failed. Branch on `status` (a SHIPFLOW_... number) or on the class, never on the text."""

    def __init__(self, status: int, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        #: `place` and `findings` of documents: severity, file, line, column, pointer, message.
        self.details = details or {}

    @property
    def findings(self) -> list[dict[str, Any]]:
        """All findings of a document, in its order."""
        return list(self.details.get("findings", []))


class InvalidArgument(Error, ValueError):
    """The caller passed something that can never work."""


class InvalidDocument(Error, ValueError):
    """A plan, environment or release is wrong; see `findings`."""


class NotFound(Error, LookupError):
    """The named run, step, file or program does not exist."""


class AlreadyExists(Error):
    """The name or id is taken."""


class Denied(Error, PermissionError):
    """The principal may not do this, or a policy forbids it."""

    def __str__(self) -> str:
        return self.message


class Conflict(Error):
    """Somebody else holds or changed the thing, or it has ended."""


class Timeout(Error, TimeoutError):
    """The deadline passed."""

    def __str__(self) -> str:
        return self.message


class Unsupported(Error, NotImplementedError):
    """Not built into this library."""


class Corrupt(Error):
    """Stored data does not match its checksum, chain or format."""


class Forked(Error):
    """The handle belongs to the parent process."""


CLASSES: dict[int, type[Error]] = {
    _abi.SHIPFLOW_INVALID_ARGUMENT: InvalidArgument,
    _abi.SHIPFLOW_INVALID_DOCUMENT: InvalidDocument,
    _abi.SHIPFLOW_NOT_FOUND: NotFound,
    _abi.SHIPFLOW_ALREADY_EXISTS: AlreadyExists,
    _abi.SHIPFLOW_DENIED: Denied,
    _abi.SHIPFLOW_CONFLICT: Conflict,
    _abi.SHIPFLOW_TIMEOUT: Timeout,
    _abi.SHIPFLOW_UNSUPPORTED: Unsupported,
    _abi.SHIPFLOW_CORRUPT: Corrupt,
    _abi.SHIPFLOW_FORKED: Forked,
}


class RunFailed(Exception):
    """A run did not end released. `outcome` says how; when code of this program failed in between, it is the cause."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"run {outcome.run} {outcome.phase.replace('_', ' ')}: {outcome.reason}")
        self.outcome = outcome


from .outcome import Outcome  # noqa: E402  (a name for the annotation above)
