"""shipflow: an embeddable release engine.

A release plan is data: it is compiled to a graph of reversible steps, carried out as a durable run, watched, and put
back when it goes wrong.
"""
from __future__ import annotations

from ._lib import lib as _lib
from .engine import Engine, run
from .errors import (AlreadyExists, Conflict, Corrupt, Denied, Error, Forked, InvalidArgument, InvalidDocument, NotFound,
                     RunFailed, Timeout, Unsupported)
from .outcome import Outcome
from .provider import Conflict as ChangedByOthers
from .provider import Look, NotApplied, Progress, Provider, Request, Started, Unknown
from .values import Document, Plan, Store, schema

__version__: str = _lib.shipflow_version_string().decode()

__all__ = [
    "AlreadyExists", "ChangedByOthers", "Conflict", "Corrupt", "Denied", "Document", "Engine", "Error", "Forked",
    "InvalidArgument", "InvalidDocument", "Look", "NotApplied", "NotFound", "Outcome", "Plan", "Progress", "Provider",
    "Request", "RunFailed", "Started", "Store", "Timeout", "Unknown", "Unsupported", "run", "schema",
]
