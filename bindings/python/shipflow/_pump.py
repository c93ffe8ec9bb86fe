"""The engine's descriptor in an event loop: takes what has come and hands it on. No thread of the library ever calls
into Python; the loop calls `turn` when the descriptor says so, or when a timer of an engine without a thread is due."""
from __future__ import annotations

import asyncio
import ctypes
import json
import threading
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakSet

from . import _abi
from ._handle import Owned, raise_error, text_of
from ._lib import lib
from .errors import Cancelled, Error
from .events import Events
from .outcome import Outcome

_MOST_AT_ONCE = 256  # events handled before the loop gets a turn


class Pump:
    """`has_timers`: of an engine without a thread, whose descriptor does not tell of what is due."""

    def __init__(self, engine: Owned, answer: Callable[[int], Coroutine[Any, Any, None]], *, has_timers: bool) -> None:
        self._engine: Owned | None = engine
        self._has_timers = has_timers
        self._answer = answer
        # Made once: `turn` is where the time of a call goes.
        self._event, self._trouble = ctypes.c_void_p(), ctypes.c_void_p()
        self._results = ctypes.byref(self._event), ctypes.byref(self._trouble)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._timer: asyncio.TimerHandle | None = None
        self._calls: dict[int, asyncio.Task[None]] = {}  # asked for and wanted, by handle
        self.tasks: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, list[asyncio.Future[Outcome]]] = {}
        self._reports: dict[str, list[asyncio.Future[dict[str, Any]]]] = {}  # by provider, in the order of asking
        self._listeners: WeakSet[Events] = WeakSet()

    def attach(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop or self._engine is None:
            return
        if self._loop is not None and not self._loop.is_closed():
            raise RuntimeError("this engine belongs to another event loop")
        self._loop, self._thread = loop, threading.get_ident()
        loop.add_reader(lib.shipflow_engine_fd(self._engine), self.turn)
        loop.call_soon(self.turn)

    def detach(self) -> None:
        """Takes the engine out of the loop; who waits is told, code at work is cancelled."""
        if self._loop is not None and not self._loop.is_closed():
            if self._thread != threading.get_ident():
                raise RuntimeError("close an engine in the thread of its event loop")
            if self._engine is not None:
                self._loop.remove_reader(lib.shipflow_engine_fd(self._engine))
            self._stop_timer()
            self.cancel_tasks()
            self._tell_all(Cancelled("the engine was closed"))
        self._engine = None

    def cancel_tasks(self) -> None:
        for task in self.tasks:
            task.cancel()

    def wait_for(self, run: str) -> asyncio.Future[Outcome]:
        assert self._loop is not None
        waiter: asyncio.Future[Outcome] = self._loop.create_future()
        self._waiting.setdefault(run, []).append(waiter)
        return waiter

    def report_of(self, provider: str) -> asyncio.Future[dict[str, Any]]:
        assert self._loop is not None
        waiter: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._reports.setdefault(provider, []).append(waiter)
        return waiter

    def _hand_report(self, report: dict[str, Any]) -> None:
        waiters = self._reports.get(report["provider"], [])
        waiter = waiters.pop(0) if waiters else None
        if waiter is not None and not waiter.done():
            waiter.set_result(report)

    def listen(self, run: str | None) -> Events:
        events = Events(run)
        self._listeners.add(events)
        return events

    def turn(self) -> None:
        if self._engine is None or self._loop is None:
            return
        try:
            for _ in range(_MOST_AT_ONCE):
                event = self._next()
                if event is None:
                    break
                try:
                    self._take(event)
                finally:
                    lib.shipflow_event_free(event)
        except Error as e:
            self._give_up(e)
            return
        for pointer in [p for p in self._calls if lib.shipflow_call_cancelled(p)]:
            # Soon and not now: code that was asked begins before it hears that it is not needed.
            self._loop.call_soon(self._calls.pop(pointer).cancel)
        if self._has_timers:
            self._set_timer()

    def _next(self) -> int | None:
        status = lib.shipflow_engine_next(self._engine, 0, *self._results)
        if status != _abi.SHIPFLOW_OK:
            raise_error(status, self._trouble)
        return self._event.value

    def _give_up(self, why: Error) -> None:
        """The engine is broken: it is asked no more, and nobody waits for what cannot come."""
        assert self._loop is not None and self._engine is not None
        self._loop.remove_reader(lib.shipflow_engine_fd(self._engine))
        self._stop_timer()
        self._tell_all(why)
        self._engine = None

    def _tell_all(self, why: Error) -> None:
        pending: list[asyncio.Future[Any]] = [w for waiters in self._waiting.values() for w in waiters]
        pending += [w for waiters in self._reports.values() for w in waiters]
        for waiter in pending:
            if not waiter.done():
                waiter.set_exception(why)
        self._waiting.clear()
        self._reports.clear()
        for events in list(self._listeners):
            events.end()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self) -> None:
        assert self._loop is not None
        self._stop_timer()
        wait = lib.shipflow_engine_wait_ms(self._engine)
        if wait >= 0:
            self._timer = self._loop.call_later(wait / 1000, self.turn)

    def _take(self, event: int) -> None:
        pointer = lib.shipflow_event_call(event)
        if pointer is not None:
            self._begin(pointer)
            return
        kind = lib.shipflow_event_kind(event)
        if kind == _abi.SHIPFLOW_EVENT_CHECKED:
            self._hand_report(json.loads(text_of(lib.shipflow_event_body(event))))
            return
        ended = kind == _abi.SHIPFLOW_EVENT_ENDED
        run = text_of(lib.shipflow_event_run(event))
        listeners = [events for events in self._listeners if events.wants(run)]
        # Reading a body costs more than all the rest: only for somebody who wants it.
        if not listeners and not (ended and run in self._waiting):
            return
        what = json.loads(text_of(lib.shipflow_event_body(event)))
        if ended:
            what["event"] = "ended"
            for waiter in self._waiting.pop(run, []):
                if not waiter.done():
                    waiter.set_result(Outcome(run, what["phase"], what["reason"]))
        for events in listeners:
            events.put(what)
            if ended and events.of_one_run:
                events.end()

    def _begin(self, pointer: int) -> None:
        assert self._loop is not None
        task = self._loop.create_task(self._answer(pointer))
        self.tasks.add(task)
        self._calls[pointer] = task

        def over(done: asyncio.Task[None]) -> None:
            # Here and not in the task: one that is cancelled before it began never runs a line of its own.
            self.tasks.discard(done)
            if self._calls.get(pointer) is done:
                del self._calls[pointer]
            lib.shipflow_call_free(pointer)
            if not done.cancelled():
                done.exception()

        task.add_done_callback(over)
