"""Misuse: each gives an error of Python, never a crash. The rows of tests/capi/MISUSE.md, column Python."""
from __future__ import annotations

import asyncio
import ctypes
import random
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import PLAN, Toy, compiled
from helpers import failing_with, one_run, python, with_engine

import shipflow
from shipflow import _abi
from shipflow._handle import call, made, text_of, view
from shipflow._lib import lib


# ---- NULL and wrong handles --------------------------------------------------------------------------


def test_handles_may_go_in_any_order() -> None:
    numbers = random.Random(7)
    for _ in range(8):
        store = shipflow.Store()
        engine = shipflow.Engine(store, virtual_time=True)
        engine.add(Toy())
        handles = [store, engine, compiled(engine), shipflow.Document.parse("a: 1")]
        numbers.shuffle(handles)
        for handle in handles:
            handle.close()
            handle.close()


def test_what_is_closed_says_so() -> None:
    engine, store, document = shipflow.Engine(), shipflow.Store(), shipflow.Document.parse(PLAN)
    engine.add(Toy())
    plan = compiled(engine)
    for handle in (engine, store, document, plan):
        handle.close()
        assert handle.closed
    uses: list[Callable[[], object]] = [
        lambda: engine.look("x"), lambda: engine.say("x", "pause", principal="user:x"), lambda: engine.add(Toy()),
        lambda: engine.now_ms, lambda: store.runs(), lambda: store.verify("x"), lambda: document.value, lambda: plan.digest,
        lambda: plan.table, lambda: plan.rehearse(), lambda: shipflow.Engine(store)]
    for use in uses:
        with pytest.raises(ValueError, match="is closed"):
            use()


def test_a_handle_of_another_kind_is_refused() -> None:
    async def work(engine: shipflow.Engine) -> None:
        wrong: Any = shipflow.Document.parse(PLAN)
        with pytest.raises(shipflow.InvalidArgument, match="plan"):
            engine.start(wrong, principal="user:dana")
        nothing: Any = None
        with pytest.raises(AttributeError):
            engine.start(nothing, principal="user:dana")

    with_engine(work, Toy())


def test_a_handle_closed_by_another_thread_stays_until_the_last_use_ends() -> None:
    for _ in range(30):
        document = shipflow.Document.parse(PLAN)
        users = [threading.Thread(target=lambda d=document: [d.value for _ in range(20) if not d.closed]) for _ in range(2)]
        failures: list[Any] = []
        before, threading.excepthook = threading.excepthook, lambda a: failures.append(a.exc_value)
        try:
            for user in users:
                user.start()
            document.close()
            for user in users:
                user.join()
        finally:
            threading.excepthook = before
        assert all(isinstance(e, ValueError) for e in failures)  # "is closed", and nothing worse


# ---- Text and values -----------------------------------------------------------------------------------


def test_text_that_is_no_utf_8_is_refused() -> None:
    engine = shipflow.Engine()
    with pytest.raises(UnicodeEncodeError):
        shipflow.Document.parse("a: \udcff")
    with pytest.raises(shipflow.InvalidArgument):
        made(lib.shipflow_document_parse, view(b"a: \xff"), view("x"))
    with pytest.raises(shipflow.InvalidArgument):
        engine.say("x", "pause", principal="user:\udcff")
    engine.close()


@pytest.mark.parametrize("answer", [{"value": "\udcff"}, {"value": float("nan")}, {"value": object()}, "text", 7])
def test_an_answer_that_cannot_be_said_fails_the_step(answer: Any) -> None:
    class Odd(Toy):
        async def observe(self, request: shipflow.Request) -> shipflow.Answer:
            return answer  # type: ignore[no-any-return]

    with pytest.raises(shipflow.RunFailed) as caught:
        with_engine(one_run, Odd(), virtual_time=True)
    assert isinstance(caught.value.__cause__, (ValueError, TypeError))


# ---- Sizes and versions --------------------------------------------------------------------------------


def test_sizes_that_lie_and_unknown_tails_are_refused() -> None:
    class Longer(ctypes.Structure):
        _fields_ = [("known", _abi.shipflow_engine_options), ("more", ctypes.c_uint64)]

    store = shipflow.Store()

    def open_with(options: Any) -> None:
        out = ctypes.c_void_p()
        pointer = ctypes.cast(ctypes.pointer(options), ctypes.POINTER(_abi.shipflow_engine_options))
        call(lib.shipflow_engine_new, pointer, store._ptr, ctypes.byref(out))
        lib.shipflow_engine_free(out)

    for size in (0, 4, 1_000_000):
        options = _abi.shipflow_engine_options()
        options.size = size
        with pytest.raises(shipflow.InvalidArgument, match="size"):
            open_with(options)
    longer = Longer()
    longer.known.size = ctypes.sizeof(longer)
    open_with(longer)
    longer.more = 1
    with pytest.raises(shipflow.Unsupported):
        open_with(longer)


def library(to: Path, source: str) -> str:
    (to / "lib.c").write_text(source)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", to / "lib.so", to / "lib.c"], check=True)
    return str(to / "lib.so")


@pytest.mark.parametrize("source, said", [
    ("unsigned shipflow_abi_version(void) { return 999; }", "is newer than this package: it has ABI 999, needed is 1"),
    ("unsigned shipflow_abi_version(void) { return 0; }", "is older than this package: it has ABI 0, needed is 1"),
    ("unsigned shipflow_abi_version(void) { return 1; }", "is older than this package: "),
    ("int another;", "is not the C library of shipflow"),
])
def test_another_library_is_refused_by_name(tmp_path: Path, source: str, said: str) -> None:
    done = python("", SHIPFLOW_LIBRARY=library(tmp_path, source))
    assert done.returncode == 1 and "ImportError" in done.stderr and said in done.stderr


def test_a_library_that_is_not_there_is_named() -> None:
    done = python("", SHIPFLOW_LIBRARY="/nowhere/libshipflow_c.so")
    assert done.returncode == 1 and "ImportError" in done.stderr
    assert "/nowhere/libshipflow_c.so: cannot open" in done.stderr and "set SHIPFLOW_LIBRARY" in done.stderr


# ---- Calls: never finished, finished twice, after the engine -------------------------------------------


def first_call(engine: shipflow.Engine) -> int:
    """The first call of a run, taken below the event loop."""
    while True:
        event = made(lib.shipflow_engine_next, engine._ptr, 1000)
        pointer = lib.shipflow_event_call(event) if event else None
        lib.shipflow_event_free(event)
        if pointer:
            return int(pointer)


def started_below(engine: shipflow.Engine) -> None:
    engine.add(Toy())
    made(lib.shipflow_engine_start, engine._ptr, compiled(engine)._ptr, view('{"principal":"user:dana"}'))


def test_a_call_is_finished_once_and_may_be_after_the_engine() -> None:
    engine = shipflow.Engine()
    started_below(engine)
    pointer = first_call(engine)
    lib.shipflow_call_set_user(pointer, 7)
    assert lib.shipflow_call_user(pointer) == 7
    engine.close()
    assert lib.shipflow_call_cancelled(pointer) == 1
    seen: list[object] = []

    def late() -> None:
        call(lib.shipflow_call_finish, pointer, view('{"kind":"done"}'))
        for function, given in ((lib.shipflow_call_finish, (view('{"kind":"done"}'),)),
                                (lib.shipflow_call_fail, (_abi.SHIPFLOW_HOST, view("again")))):
            try:
                call(function, pointer, *given)
            except shipflow.Conflict as e:
                seen.append(e)
        lib.shipflow_call_free(pointer)

    other = threading.Thread(target=late)
    other.start()
    other.join()
    assert len(seen) == 2


def test_a_provider_that_never_answers_is_cancelled_at_its_deadline() -> None:
    class Sleepy(Toy):
        actions = [{**Toy.actions[0], "call_timeout_ms": 50}]
        woken = 0

        async def apply(self, request: shipflow.Request) -> shipflow.Answer:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.woken += 1
                raise
            return None

        async def resolve(self, request: shipflow.Request) -> shipflow.Answer:
            return shipflow.Unknown("asleep")

    sleepy = Sleepy()

    async def work(engine: shipflow.Engine) -> None:
        run = engine.start(compiled(engine), principal="user:dana")
        async for event in engine.events(run):
            if sleepy.woken:
                return

    with_engine(work, sleepy)
    assert sleepy.woken


def test_a_provider_hears_that_its_run_was_cancelled() -> None:
    heard: list[str] = []

    class Long(Toy):
        actions = [{**Toy.actions[0], "call_timeout_ms": 300}]  # so long a late effect is waited for

        async def apply(self, request: shipflow.Request) -> shipflow.Answer:
            engine.say(request.run, "cancel", principal="user:dana")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                heard.append(request.step)
                raise
            return None

        async def resolve(self, request: shipflow.Request) -> shipflow.Answer:
            return shipflow.NotApplied()

    async def work(opened: shipflow.Engine) -> shipflow.Outcome:
        global engine
        engine = opened
        return await engine.outcome(engine.start(compiled(engine), principal="user:dana"))

    outcome = with_engine(work, Long())
    assert heard == ["open"] and outcome.phase in ("cancelled", "rolled_back")


def test_a_provider_may_answer_while_the_engine_closes() -> None:
    class Tidy(Toy):
        async def apply(self, request: shipflow.Request) -> shipflow.Answer:
            self.begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.value = "tidied"
            return None

    async def work(engine: shipflow.Engine) -> None:
        tidy.begun = asyncio.Event()
        run = engine.start(compiled(engine), principal="user:dana")
        await tidy.begun.wait()
        await engine.aclose()
        assert tidy.value == "tidied"
        kinds = [(fact["kind"], fact["step"]) for fact in engine.store.facts(run)]
        assert ("outcome", "open") in kinds, kinds  # the answer was written down

    tidy = Tidy()
    with_engine(work, tidy)


def test_closing_inside_a_provider_is_safe() -> None:
    class Closes(Toy):
        async def apply(self, request: shipflow.Request) -> shipflow.Answer:
            if self.how == "close":
                engine.close()
            else:
                await engine.aclose()
            return None

    async def work(opened: shipflow.Engine) -> None:
        global engine
        engine = opened
        with pytest.raises(shipflow.Cancelled):
            await one_run(engine)

    for how in ("close", "aclose"):
        closes = Closes()
        closes.how = how
        with_engine(work, closes)


# ---- Exceptions ------------------------------------------------------------------------------------------


class Odd(BaseException):
    pass


@pytest.mark.parametrize("e", [KeyError("x"), Odd("y"), shipflow.Denied("no"), StopAsyncIteration(), RecursionError()])
def test_the_original_exception_comes_back(e: BaseException) -> None:
    with pytest.raises(shipflow.RunFailed) as caught:
        with_engine(one_run, failing_with(e), virtual_time=True)
    assert caught.value.__cause__ is e


def test_a_status_that_may_be_tried_again_is_tried_again() -> None:
    class Busy(Toy):
        tries = 0

        async def apply(self, request: shipflow.Request) -> shipflow.Answer:
            self.tries += 1
            if self.tries == 1:
                raise shipflow.Throttled("slow down")
            return await super().apply(request)

    async def patient(engine: shipflow.Engine) -> shipflow.Outcome:
        plan = PLAN.replace("action: toy.set,", "retry: { attempts: 2, backoff: 1s }, action: toy.set,")
        return await engine.finished(engine.start(compiled(engine, plan), principal="user:dana"))

    busy = Busy()
    assert with_engine(patient, busy, virtual_time=True).released
    assert busy.tries == 3  # two for the first step


def test_a_function_that_is_not_async_is_told() -> None:
    class Plain(Toy):
        def apply(self, request: shipflow.Request) -> Any:
            return {}

    with pytest.raises(shipflow.RunFailed) as caught:
        with_engine(one_run, Plain(), virtual_time=True)
    assert isinstance(caught.value.__cause__, TypeError)


@pytest.mark.parametrize("raised, code, said", [
    ("KeyboardInterrupt()", -signal.SIGINT, "KeyboardInterrupt"), ("SystemExit(3)", 3, "")])
def test_what_ends_the_program_ends_it_and_the_run_goes_on_later(tmp_path: Path, raised: str, code: int, said: str) -> None:
    done = python(f"""
class Ends(Toy):
    # A call that was lost is made again only when it can no longer arrive.
    actions = [{{**Toy.actions[0], "call_timeout_ms": 3000}}]
    async def apply(self, request): raise {raised}
async def main():
    async with shipflow.Engine(shipflow.Store(sys.argv[1])) as engine:
        engine.add(Ends())
        await engine.finished(engine.start(compiled(engine), principal="user:dana"))
asyncio.run(main())
""", str(tmp_path / "runs.db"))
    assert done.returncode == code and said in done.stderr, done.stderr

    class Looks(Toy):
        actions = [{**Toy.actions[0], "call_timeout_ms": 3000}]

        async def resolve(self, request: shipflow.Request) -> shipflow.Answer:
            return shipflow.NotApplied()

    async def work(engine: shipflow.Engine) -> shipflow.Outcome:
        assert engine.resume() == 1
        return await engine.outcome(engine.store.runs()[0]["id"])

    assert with_engine(work, Looks(), store=shipflow.Store(tmp_path / "runs.db")).released
