"""Documents, plans and stores."""
from __future__ import annotations

import ctypes
import json
import os
from typing import Any

from ._handle import Handle, body, call, made, take_text, text_of, view
from ._lib import lib


class Document(Handle):
    """A parsed YAML or JSON text in which every node knows its line and column."""

    _free = "shipflow_document_free"

    @classmethod
    def parse(cls, text: str, file: str = "document") -> Document:
        """Raises `InvalidDocument` with all findings."""
        return cls(made(lib.shipflow_document_parse, view(text), view(file)))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Document:
        return cls(made(lib.shipflow_document_load, view(os.fspath(path))))

    @property
    def value(self) -> Any:
        """The tree as plain Python values."""
        return json.loads(take_text(made(lib.shipflow_document_json, self._ptr)))

    @property
    def environments(self) -> list[str]:
        """Names of the environments in an environments document."""
        return list(json.loads(take_text(made(lib.shipflow_document_environments, self._ptr))))


class Plan(Handle):
    """A compiled plan: a graph of reversible steps. Immutable; made by `Engine.compile` or `Plan.from_json`."""

    _free = "shipflow_plan_free"

    @classmethod
    def from_json(cls, text: str) -> Plan:
        return cls(made(lib.shipflow_plan_from_json, view(text)))

    def _print(self, form: str) -> str:
        return take_text(made(lib.shipflow_plan_print, self._ptr, view(form)))

    @property
    def digest(self) -> str:
        """The name of the plan: "sha256:..."."""
        return text_of(lib.shipflow_plan_digest(self._ptr))

    @property
    def json(self) -> str:
        return self._print("json")

    @property
    def table(self) -> str:
        """For people."""
        return self._print("table")

    @property
    def mermaid(self) -> str:
        return self._print("mermaid")

    def rehearse(self, *, mode: str = "exhaustive", seed: int = 1, runs: int = 1000, faults: list[str] | None = None,
                 watch_ms: int = 0) -> dict[str, Any]:
        """Plays the plan in virtual time with a fault at every step; nothing is touched. The report is the one of
        shipflow_plan_rehearse: its "violations" are empty when all is well."""
        options = {"mode": mode, "seed": seed, "runs": runs, "faults": faults or [], "watch_ms": watch_ms}
        return dict(json.loads(take_text(made(lib.shipflow_plan_rehearse, self._ptr, body(options)))))

    @property
    def warnings(self) -> list[str]:
        return list(json.loads(self._print("warnings")))


class Store(Handle):
    """Where runs are kept. `Store()` keeps them in memory, `Store(path)` in a SQLite file."""

    _free = "shipflow_store_free"

    def __init__(self, path: str | os.PathLike[str] | None = None, *, read_only: bool = False) -> None:
        if path is None:
            super().__init__(made(lib.shipflow_store_memory))
        else:
            super().__init__(made(lib.shipflow_store_open, view(os.fspath(path)), int(read_only)))

    def runs(self, *, environment: str = "", plan: str = "", terminal: bool | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """Runs, newest first."""
        chosen: dict[str, Any] = {"environment": environment, "plan": plan, "limit": limit}
        if terminal is not None:
            chosen["terminal"] = terminal
        return list(json.loads(take_text(made(lib.shipflow_store_runs, self._ptr, body(chosen)))))

    def facts(self, run: str, after_rev: int = 0) -> list[dict[str, Any]]:
        return list(json.loads(take_text(made(lib.shipflow_store_facts, self._ptr, view(run), after_rev))))

    def look(self, run: str) -> dict[str, Any]:
        return dict(json.loads(take_text(made(lib.shipflow_store_look, self._ptr, view(run)))))

    def purge(self, now_ms: int, *, facts_ms: int = 90 * 86_400_000, rows_ms: int = 365 * 86_400_000) -> int:
        """Deletes facts, then rows, of runs that ended so long before; returns how many lost something."""
        runs = ctypes.c_int64()
        call(lib.shipflow_store_purge, self._ptr, body({"facts_ms": facts_ms, "rows_ms": rows_ms}), now_ms, ctypes.byref(runs))
        return runs.value

    def verify(self, run: str) -> dict[str, Any]:
        """Checks the hash chain: {"facts", "head"}; raises `Corrupt`."""
        return dict(json.loads(take_text(made(lib.shipflow_store_verify, self._ptr, view(run)))))


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of "plan" or "environments" documents."""
    return dict(json.loads(take_text(made(lib.shipflow_schema, view(name)))))
