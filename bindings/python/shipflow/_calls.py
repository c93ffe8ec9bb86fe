"""Calls of the engine, answered by code in Python.

An exception never crosses: it is kept, the call fails with its text, and the caller of `Engine.finished` sees it as
the cause. Cancellation, KeyboardInterrupt and SystemExit leave a call without an answer, so the engine looks at the
world before it acts again.
"""
from __future__ import annotations

import asyncio
import json
import math
from typing import TYPE_CHECKING, Any

from . import _abi
from ._handle import body, call, view
from ._lib import lib
from .errors import Error
from .provider import Answer, Conflict, Look, NotApplied, Progress, Reading, Request, Started, Told, Unknown

if TYPE_CHECKING:
    from .engine import Engine


_DONE: dict[str, Any] = {"kind": "done", "value": {}}
_DONE_TEXT = json.dumps(_DONE).encode()


def _action_answer(given: Answer) -> dict[str, Any]:
    if given is None:
        return _DONE
    if isinstance(given, dict):
        return {"kind": "done", "value": given}
    if isinstance(given, Started):
        return {"kind": "started", "value": given.handle, "look_again_ms": given.look_again_ms}
    if isinstance(given, Progress):
        return {"kind": "progress", "percent": given.percent, "text": given.text, "look_again_ms": given.look_again_ms}
    if isinstance(given, NotApplied):
        return {"kind": "not_applied"}
    if isinstance(given, (Unknown, Conflict)):
        kind = "unknown" if isinstance(given, Unknown) else "conflict"
        return {"kind": kind, "message": given.why, "value": given.evidence}
    raise TypeError(f"an action must answer with a dict, None, Started, Progress, NotApplied, Unknown or Conflict, not {given!r}")


async def _act(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    provider = engine._providers[asked["provider"]]
    request = Request._of(asked)
    return _action_answer(await getattr(provider, request.verb)(request))


async def _look(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    seen = await engine._probes[asked["kind"]](asked)
    if isinstance(seen, bool):
        seen = Look(seen)
    outcome = "unavailable" if seen.passed is None else ("pass" if seen.passed else "fail")
    return {"outcome": outcome, "text": seen.text, "latency_ms": seen.latency_ms, "details": seen.details}


async def _read(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    read, kind = engine._metrics[asked["source"]]
    return {"kind": kind, "readings": [_reading(r) for r in await read(asked)]}


def _reading(r: float | None | Reading) -> Any:
    if not isinstance(r, Reading):
        return None if r is not None and math.isnan(r) else r
    value = {"number": r.number} if r.state == "value" else {}
    return {"state": r.state, "why": r.why, "buckets": r.buckets, "instances": r.instances, **value}


async def _tell(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    told = await engine._notifiers[asked["kind"]](asked) or Told()
    outcome = "again" if told.delivered is None else ("delivered" if told.delivered else "refused")
    return {"outcome": outcome, "why": told.why, "not_before_ms": told.not_before_ms}


async def _reveal(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    assert engine._secrets is not None
    return {"value": await engine._secrets(asked["source"])}


async def _judge(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    assert engine._policy is not None
    why = await engine._policy(asked)
    return {"allow": why is None, "why": why or ""}


_ANSWERS = {
    _abi.SHIPFLOW_CALL_ACTION: _act,
    _abi.SHIPFLOW_CALL_PROBE: _look,
    _abi.SHIPFLOW_CALL_METRICS: _read,
    _abi.SHIPFLOW_CALL_SECRET: _reveal,
    _abi.SHIPFLOW_CALL_POLICY: _judge,
    _abi.SHIPFLOW_CALL_MESSAGE: _tell,
}


async def answer_call(engine: Engine, pointer: int, asked: dict[str, Any]) -> BaseException | None:
    """Answers one call, and returns what the code in Python raised. A call that is left without an answer, because the
    task was cancelled or the program is to end, is answered as lost when it is freed."""
    try:
        answer = await _ANSWERS[lib.shipflow_call_kind(pointer)](engine, asked)
        call(lib.shipflow_call_finish, pointer, view(_DONE_TEXT) if answer is _DONE else body(answer))
        return None
    except (asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as e:
        status = e.status if isinstance(e, Error) else _abi.SHIPFLOW_HOST
        text = str(e) if isinstance(e, Error) else f"{type(e).__name__}: {e}"
        call(lib.shipflow_call_fail, pointer, status, view(text.splitlines()[0].encode(errors="replace") if text else b"no reason"))
        return e
