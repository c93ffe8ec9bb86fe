"""The engine in an event loop."""
from __future__ import annotations

import asyncio
import ctypes
import json
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from . import _abi
from ._calls import answer_call
from ._handle import Handle, Owned, body, call, made, take_text, text_of, view
from ._lib import lib
from ._pump import Pump
from .errors import Faulted, Forked, RunFailed
from .events import Events
from .outcome import Outcome
from .provider import MetricFunction, NotifyFunction, PolicyFunction, ProbeFunction, Provider, SecretFunction
from .values import Document, Plan, Store

_MOST_CAUSES = 1_000  # runs whose exceptions are kept for who asks


class Engine(Handle):
    """Carries runs out, inside the running event loop:

        async with Engine(Store("releases.db")) as engine:
            engine.add(MyProvider())
            plan = engine.compile("plan.yaml", "environments.yaml", "production", version="1.5.0")
            run = engine.start(plan, principal="user:alice")
            print(await engine.finished(run))

    No thread of the library ever calls into Python: a descriptor in the loop says when there is something to do.
    `start`, `resume`, `events` and what waits are called in that loop; the rest may be called from any thread when
    `threads` is 1. With `threads=0` or `virtual_time` the engine works inside these calls, in one thread.

    `calls_at_once`, `queue_limit`, `id`, `start_ms` and `seed`: shipflow_engine_options; 0 and "" are its defaults.
    """

    _free = "shipflow_engine_free"

    def __init__(self, store: Store | None = None, *, threads: int = 1, virtual_time: bool = False, start_ms: int = 0,
                 seed: int = 0, calls_at_once: int = 0, queue_limit: int = 0, id: str = "",
                 secrets: SecretFunction | None = None, policy: PolicyFunction | None = None) -> None:
        kept = store or Store()
        options = _abi.shipflow_engine_options()
        options.size = ctypes.sizeof(options)
        options.threads = 0 if virtual_time else threads
        options.flags = ((_abi.SHIPFLOW_ENGINE_VIRTUAL_TIME if virtual_time else 0)
                         | (_abi.SHIPFLOW_ENGINE_HOST_SECRETS if secrets else 0)
                         | (_abi.SHIPFLOW_ENGINE_HOST_POLICY if policy else 0))
        options.calls_at_once, options.queue_limit = calls_at_once, queue_limit
        options.start_ms, options.seed = start_ms, seed
        options.id = view(id or None)
        super().__init__(made(lib.shipflow_engine_new, ctypes.byref(options), kept._ptr))
        self.store = kept
        self._one_thread = threading.get_ident() if options.threads == 0 else None
        self._providers: dict[str, Provider] = {}
        self._probes: dict[str, ProbeFunction] = {}
        self._metrics: dict[str, tuple[MetricFunction, str]] = {}
        self._notifiers: dict[str, NotifyFunction] = {}
        self._secrets, self._policy = secrets, policy
        self._causes: dict[str, BaseException] = {}  # by run
        assert self._owned is not None
        self._pump = Pump(self._owned, self._answer, has_timers=options.threads == 0)

    @property
    def _ptr(self) -> Owned:
        if self._one_thread not in (None, threading.get_ident()):
            raise RuntimeError("an engine without a thread of its own is used from one thread only")
        return super()._ptr

    # ---- what carries out, looks and answers -----------------------------------------------------

    def add(self, provider: Provider) -> None:
        """Adds a provider written in Python. Before runs start."""
        call(lib.shipflow_engine_add_provider, self._ptr, view(provider.name), body(provider.actions))
        self._providers[provider.name] = provider

    def add_builtin(self, name: str, **options: Any) -> None:
        """Adds "probes", "http", "gate", "github", "command", "local", "sources", "notifiers" or "aws"; options as in
        shipflow_engine_add_builtin. The keeper is that of the package, when it has one."""
        keeper = Path(__file__).with_name("shipflow-keeper")
        if name in ("command", "local") and keeper.exists():
            options.setdefault("keeper", str(keeper))
        call(lib.shipflow_engine_add_builtin, self._ptr, view(name), body(options))

    def add_probe(self, kind: str, look: ProbeFunction) -> None:
        call(lib.shipflow_engine_add_probes, self._ptr, body([kind]))
        self._probes[kind] = look

    def add_metrics(self, source: str, read: MetricFunction, *, kind: str = "counter") -> None:
        """`kind`: "counter" (only grows; differences are taken), "gauge" (the value now) or "delta" (of the slot)."""
        call(lib.shipflow_engine_add_metrics, self._ptr, body([source]))
        self._metrics[source] = read, kind

    def add_notifier(self, kind: str, tell: NotifyFunction) -> None:
        """Carries the messages of channels `{ host: KIND, with: {...} }`."""
        call(lib.shipflow_engine_add_notifiers, self._ptr, body([kind]))
        self._notifiers[kind] = tell

    async def check_provider(self, name: str, trials: list[dict[str, Any]]) -> dict[str, Any]:
        """Does a provider added before keep the contract? Trials and report: shipflow_engine_check_provider. For tests
        there is `shipflow.testing.check_provider`."""
        self._pump.attach()
        call(lib.shipflow_engine_check_provider, self._ptr, view(name), body(trials))
        return await self._pump.report_of(name)

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
              external_id: str = "", start_at_ms: int = 0, override: str = "", emergency: str = "", hotfix: str = "") -> str:
        """Makes a run durable, begins it and returns its id. `start_at_ms`: no sooner than that. `override`, `emergency` and
        `hotfix` are reasons: shipflow_engine_start."""
        options = {"principal": principal, "groups": groups or [], "reason": reason, "external_id": external_id,
                   "start_at_ms": start_at_ms, "override": override, "emergency": emergency, "hotfix": hotfix}
        self._pump.attach()
        return take_text(made(lib.shipflow_engine_start, self._ptr, plan._ptr, body(options)))

    def resume(self) -> int:
        """Adopts what a dead engine left, and returns how many runs."""
        count = ctypes.c_int64()
        self._pump.attach()
        call(lib.shipflow_engine_resume, self._ptr, ctypes.byref(count))
        return count.value

    def say(self, run: str, name: str, *, principal: str, groups: list[str] | None = None, id: str = "", **what: Any) -> None:
        """approve, reject, tick, pause, resume, cancel, rollback, retry or skip; `step`, `reason`, ... as keywords."""
        words = {"name": name, "principal": principal, "groups": groups or [], "id": id, "body": what}
        call(lib.shipflow_engine_say, self._ptr, view(run), body(words))

    def look(self, run: str) -> dict[str, Any]:
        """The state of a run."""
        return dict(json.loads(take_text(made(lib.shipflow_engine_look, self._ptr, view(run)))))

    async def outcome(self, run: str) -> Outcome:
        """Waits until a run has ended. Who stops waiting (by a time-out, by Ctrl-C) stops nothing else: the run goes on,
        `say(run, "cancel", ...)` cancels it."""
        self._pump.attach()
        state = self.look(run)
        if state["ended"]:
            return Outcome(run, state["phase"], state["reason"])
        return await self._pump.wait_for(run)

    async def finished(self, run: str) -> Outcome:
        """The same, but a run that did not end released raises `RunFailed`, caused by what this program raised."""
        outcome = await self.outcome(run)
        if not outcome.released:
            raise RunFailed(outcome) from self._causes.get(run)
        return outcome

    def events(self, run: str | None = None) -> Events:
        """Events from now on, of one run or of all; ends with the run, or when the engine is closed."""
        self._pump.attach()
        over = run is not None and self.look(run)["ended"]
        events = self._pump.listen(run)
        if over:
            events.end()
        return events

    @property
    def unsent(self) -> int:
        """Messages that could be sent now: under way, or due and not tried yet."""
        return int(lib.shipflow_engine_unsent(self._ptr))

    async def told(self, seconds: float = 10.0) -> bool:
        """Waits until no message could be sent now; False when that takes longer. What is left is sent by the next
        engine on the store."""
        self._pump.attach()
        end = asyncio.get_running_loop().time() + seconds
        while self.unsent > 0 and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.02)
        return self.unsent == 0

    @property
    def now_ms(self) -> int:
        return int(lib.shipflow_engine_now_ms(self._ptr))

    # ---- the loop ------------------------------------------------------------------------------------

    async def _answer(self, pointer: int) -> None:
        asked = json.loads(text_of(lib.shipflow_call_body(pointer)))
        trouble = await answer_call(self, pointer, asked)
        if trouble is None or not asked.get("run"):
            return
        self._causes[asked["run"]] = trouble
        while len(self._causes) > _MOST_CAUSES:
            del self._causes[next(iter(self._causes))]

    def close(self) -> None:
        """Ends at once; runs stay resumable. Calls of Python code under way are cancelled, and lost to the engine."""
        if not self.closed:
            self._pump.detach()
        super().close()

    async def aclose(self) -> None:
        """Ends: starts nothing new, cancels calls of Python code under way, waits for them and takes their answers."""
        if self.closed:
            return
        try:
            call(lib.shipflow_engine_stop, self._ptr)
            tasks = [task for task in self._pump.tasks if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._pump.turn()
            # Stopping again is done after what was answered before it.
            call(lib.shipflow_engine_stop, self._ptr)
        except (Faulted, Forked):
            pass  # there is nothing to wait for
        finally:
            self.close()

    async def __aenter__(self) -> Engine:
        self._pump.attach()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None,
                        trace: TracebackType | None) -> None:
        await self.aclose()
