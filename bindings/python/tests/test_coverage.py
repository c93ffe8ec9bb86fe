"""Everything the C headers offer can be reached from Python."""
from __future__ import annotations

import ast
import re
from pathlib import Path

from shipflow import _abi

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent / "shipflow"

#: Functions that have no use here, and why.
NOT_NEEDED = {
    "shipflow_call_set_user": "a coroutine keeps what it knows in its own variables",
    "shipflow_call_user": "a coroutine keeps what it knows in its own variables",
    "shipflow_engine_add_provider_table": "a class with async methods is the table",
    "shipflow_engine_dispatch": "it serves tables; the event loop dispatches here",
    "shipflow_error_status": "the failing function returned it already",
    "shipflow_engine_wakeup": "the event loop never waits inside the library",
    "shipflow_json_at": "the standard library has json",
    "shipflow_json_quote": "the standard library has json",
}


def used() -> set[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py") if path.name != "_abi.py")
    return set(re.findall(r"\bshipflow_[a-z_]+\b", text))


def test_every_function_is_used_or_named_with_the_reason() -> None:
    missing = set(_abi.FUNCTIONS) - used() - set(NOT_NEEDED)
    assert not missing
    stale = {name for name in NOT_NEEDED if name not in _abi.FUNCTIONS}
    assert not stale


def test_every_option_of_an_engine_can_be_set() -> None:
    text = (PACKAGE / "engine.py").read_text(encoding="utf-8")
    for field, *_ in _abi.shipflow_engine_options._fields_:
        assert field == "reserved" or f"options.{field}" in text, field


def test_every_status_has_a_class() -> None:
    import shipflow.errors

    statuses = {int(value) for name, value in re.findall(r"#define (SHIPFLOW_[A-Z_]+) (\d+) +/\*\*<", header())}
    statuses -= {_abi.SHIPFLOW_OK, _abi.SHIPFLOW_HOST, _abi.SHIPFLOW_DECLINED}
    assert len(statuses) > 20 and statuses == set(shipflow.errors.CLASSES)


def test_the_oldest_python_reads_every_file() -> None:
    for path in [*PACKAGE.glob("*.py"), *HERE.glob("*.py")]:
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 9))


def header() -> str:
    text = (HERE.parents[2] / "capi/include/shipflow.h").read_text(encoding="utf-8")
    return text[text.index("typedef int32_t shipflow_status;"):text.index("shipflow_status_name(")]
