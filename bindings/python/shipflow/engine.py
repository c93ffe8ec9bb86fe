"""The engine in an event loop."""
from __future__ import annotations

import asyncio
import ctypes
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from . import _abi
from ._calls import answer_call
from ._handle import Handle, body, call, made, take_text, text_of, view
from ._lib import lib
from .errors import Error, RunFailed
from .outcome import Outcome
from .provider import MetricFunction, PolicyFunction, ProbeFunction, Provider, SecretFunction
from .values import Document, Plan, Store

_MOST_AT_ONCE = 256  # events handled before the loop gets a turn


class Engine(Handle):
    """Carries runs out, inside the running event loop:

        async with Engine(Store("releases.db")) as engine:
            engine.add(MyProvider())
            plan = engine.compile("plan.yaml", "environments.yaml", "production", version="1.5.0")
            run = engine.start(plan, principal="user:alice")
            print(await engine.finished(run))

    No thread of the library ever calls into Python: a descriptor in the loop says when there is something to do.
    """

    _free = staticmethod(lib.shipflow_engine_free)

    def __init__(self, store: Store | None = None, *, threads: int = 1, virtual_time: bool = False, seed: int = 0,
                 start_ms: int = 0, secrets: SecretFunction | None = None, policy: PolicyFunction | None = None) -> None:
        kept = store or Store()
        options = _abi.shipflow_engine_options()
        options.size = ctypes.sizeof(options)
        options.threads = 0 if virtual_time else threads
        options.flags = ((_abi.SHIPFLOW_ENGINE_VIRTUAL_TIME if virtual_time else 0)
                         | (_abi.SHIPFLOW_ENGINE_HOST_SECRETS if secrets else 0)
                         | (_abi.SHIPFLOW_ENGINE_HOST_POLICY if policy else 0))
        options.start_ms, options.seed = start_ms, seed
        super().__init__(made(lib.shipflow_engine_new, ctypes.byref(options), kept._ptr))
        self.store = kept
        self._providers: dict[str, Provider] = {}
        self._probes: dict[str, ProbeFunction] = {}
        self._metrics: dict[str, tuple[MetricFunction, str]] = {}
        self._secrets, self._policy = secrets, policy
        self._ended: dict[str, Outcome] = {}
        self._waiting: dict[str, list[asyncio.Future[Outcome]]] = {}
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._failures: dict[str, BaseException] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    # ---- what carries out, looks and answers -----------------------------------------------------

    def add(self, provider: Provider) -> None:
        """Adds a provider written in Python. Before runs start."""
        call(lib.shipflow_engine_add_provider, self._ptr, view(provider.name), body(provider.actions))
        self._providers[provider.name] = provider

    def add_builtin(self, name: str, **options: Any) -> None:
        """Adds "probes", "http", "command" or "local"; options as in shipflow_engine_add_builtin. The keeper program is
        the one of the package, when it has one."""
        keeper = Path(__file__).with_name("shipflow-keeper")
        if name in ("command", "local") and keeper.exists():
            options.setdefault("keeper", str(keeper))
        call(lib.shipflow_engine_add_builtin, self._ptr, view(name), body(options))

    def add_probe(self, kind: str, look: ProbeFunction) -> None:
        call(lib.shipflow_engine_add_probes, self._ptr, body([kind]))
        self._probes[kind] = look

    def add_metrics(self, source: str, read: MetricFunction, *, kind: str = "counter") -> None:
        """`kind`: "counter" (only grows; differences are taken) or "gauge" (the value now)."""
        call(lib.shipflow_engine_add_metrics, self._ptr, body([source]))
        self._metrics[source] = read, kind

    # ---- plans and runs ----------------------------------------------------------------------------

    def compile(self, plan: Document | str, environments: Document | str, environment: str, *, version: str,
                release: dict[str, Any] | None = None, parameters: dict[str, Any] | None = None,
                variables: dict[str, str] | None = None) -> Plan:
        """Compiles a plan for one environment and release; documents may be paths. Raises `InvalidDocument`."""
        request: dict[str, Any] = {"environment": environment, "release": {**(release or {}), "version": version},
                                   "parameters": parameters or {}}
        if variables is not None:
            request["variables"] = variables
        plan_document = plan if isinstance(plan, Document) else Document.load(plan)
        places = environments if isinstance(environments, Document) else Document.load(environments)
        return Plan(made(lib.shipflow_plan_compile, self._ptr, plan_document._ptr, places._ptr, body(request)))

    def start(self, plan: Plan, *, principal: str, groups: list[str] | None = None, reason: str = "",
              external_id: str = "") -> str:
        """Makes a run durable, begins it and returns its id."""
        options = {"principal": principal, "groups": groups or [], "reason": reason, "external_id": external_id}
        run = take_text(made(lib.shipflow_engine_start, self._ptr, plan._ptr, body(options)))
        self._attach()
        return run

    def resume(self) -> int:
        """Adopts what a dead engine left, and returns how many runs."""
        count = ctypes.c_int64()
        call(lib.shipflow_engine_resume, self._ptr, ctypes.byref(count))
        self._attach()
        return count.value

    def say(self, run: str, name: str, *, principal: str, groups: list[str] | None = None, id: str = "", **what: Any) -> None:
        """approve, reject, tick, pause, resume, cancel, rollback, retry or skip; `step`, `reason`, ... as keywords."""
        words = {"name": name, "principal": principal, "groups": groups or [], "id": id, "body": what}
        call(lib.shipflow_engine_say, self._ptr, view(run), body(words))

    def look(self, run: str) -> dict[str, Any]:
        """The state of a run."""
        return dict(json.loads(take_text(made(lib.shipflow_engine_look, self._ptr, view(run)))))

    async def outcome(self, run: str) -> Outcome:
        """Waits until a run has ended. When the waiting task is cancelled the run goes on."""
        self._attach()
        if run in self._ended:
            return self._ended[run]
        state = self.look(run)
        if state["ended"]:
            return Outcome(run, state["phase"], state["reason"])
        waiter: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run, []).append(waiter)
        return await waiter

    async def finished(self, run: str) -> Outcome:
        """The same, but a run that did not end released raises `RunFailed`, caused by what this program raised."""
        outcome = await self.outcome(run)
        if not outcome.released:
            raise RunFailed(outcome) from self._failures.get(run)
        return outcome

    async def events(self, run: str | None = None) -> AsyncIterator[dict[str, Any]]:
        """Events as they come, of one run or of all; ends with the run, or when the engine is closed."""
        self._attach()
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                event = await queue.get()
                if event is None:
                    return
                if run is None or event.get("run") == run:
                    yield event
                    if event.get("event") == "ended" and run is not None:
                        return
        finally:
            self._listeners.discard(queue)

    @property
    def now_ms(self) -> int:
        return int(lib.shipflow_engine_now_ms(self._ptr))

    # ---- the loop ------------------------------------------------------------------------------------

    def _attach(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(lib.shipflow_engine_fd(self._ptr), self._pump)
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        """Handles what has come; called by the loop, never by the library."""
        if self._pointer is None or self._loop is None:
            return
        for _ in range(_MOST_AT_ONCE):
            event = made(lib.shipflow_engine_next, self._ptr, 0)
            if not event:
                break
            try:
                self._take(event)
            finally:
                lib.shipflow_event_free(event)
        self._set_timer()

    def _set_timer(self) -> None:
        assert self._loop is not None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        wait = lib.shipflow_engine_wait_ms(self._ptr)
        if wait >= 0:
            self._timer = self._loop.call_later(wait / 1000, self._pump)

    def _take(self, event: ctypes.c_void_p) -> None:
        kind = lib.shipflow_event_kind(event)
        if kind == _abi.SHIPFLOW_EVENT_CALL:
            pointer = lib.shipflow_event_call(event)
            self._begin(pointer, json.loads(text_of(lib.shipflow_call_body(pointer))))
            return
        what = json.loads(text_of(lib.shipflow_event_body(event)))
        if kind == _abi.SHIPFLOW_EVENT_ENDED:
            what["event"] = "ended"
            outcome = Outcome(what["run"], what["phase"], what["reason"])
            self._ended[outcome.run] = outcome
            for waiter in self._waiting.pop(outcome.run, []):
                if not waiter.done():
                    waiter.set_result(outcome)
        for queue in self._listeners:
            queue.put_nowait(what)

    def _begin(self, pointer: int, asked: dict[str, Any]) -> None:
        assert self._loop is not None
        task = self._loop.create_task(self._answer(pointer, asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, pointer: int, asked: dict[str, Any]) -> None:
        trouble = await answer_call(self, pointer, asked)
        if trouble is not None and asked.get("run"):
            self._failures[asked["run"]] = trouble

    def close(self) -> None:
        """Stops; runs stay resumable. Calls of Python code under way are cancelled."""
        if self._pointer is None:
            return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(lib.shipflow_engine_fd(self._ptr))
            if self._timer is not None:
                self._timer.cancel()
            for task in self._tasks:
                task.cancel()
        for queue in self._listeners:
            queue.put_nowait(None)
        for waiters in self._waiting.values():
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_exception(Error(_abi.SHIPFLOW_CANCELLED, "the engine was closed"))
        super().close()

    async def aclose(self) -> None:
        """Like `close`, and waits for the code that it cancels."""
        tasks = list(self._tasks)
        self.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def __aenter__(self) -> Engine:
        self._attach()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None,
                        trace: TracebackType | None) -> None:
        await self.aclose()


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    """For scripts: runs an async function to its end."""

    async def main() -> Any:
        return await work()

    return asyncio.run(main())
