"""shipflow: an embeddable release engine.

A release plan is data: it is compiled to a graph of reversible steps, carried out as a durable run, watched, and put
back when it goes wrong.
"""
from __future__ import annotations

from ._lib import lib as _lib
from .engine import Engine
from .errors import (AlreadyExists, Cancelled, Conflict, Corrupt, Denied, Error, Failed, Faulted, Fenced, Forked,
                     InputOutput, Internal, InvalidArgument, InvalidDocument, NewerVersion, NoMemory, NotFound, Reentrant,
                     RunFailed, SecretLeak, Throttled, Timeout, Unavailable, UnknownOutcome, Unsupported)
from .events import Events
from .outcome import Outcome
from .provider import Answer, Look, NotApplied, Progress, Provider, Reading, Request, Started, Told, Unknown
from .provider import Conflict as ChangedByOthers
from .values import Document, Plan, Store, schema

__version__: str = _lib.shipflow_version_string().decode()

__all__ = [
    "AlreadyExists", "Answer", "Cancelled", "ChangedByOthers", "Conflict", "Corrupt", "Denied", "Document", "Engine",
    "Error", "Events", "Failed", "Faulted", "Fenced", "Forked", "InputOutput", "Internal", "InvalidArgument",
    "InvalidDocument", "Look", "NewerVersion", "NoMemory", "NotApplied", "NotFound", "Outcome", "Plan", "Progress",
    "Provider", "Reading", "Reentrant", "Request", "RunFailed", "SecretLeak", "Started", "Store", "Throttled", "Timeout", "Told",
    "Unavailable", "Unknown", "UnknownOutcome", "Unsupported", "schema",
]
