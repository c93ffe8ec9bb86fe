"""Misuse around the end of things: Ctrl-C, exit, fork, other threads. The rows of tests/capi/MISUSE.md, column Python."""
from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import GATED, Toy, compiled
from helpers import python, with_engine

import shipflow


def test_ctrl_c_ends_a_waiting_program() -> None:
    done = python("""
class Interrupts(Toy):
    async def apply(self, request):
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()
async def main():
    async with shipflow.Engine() as engine:
        engine.add(Interrupts())
        await engine.finished(engine.start(compiled(engine), principal="user:dana"))
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
""")
    assert done.stdout == "interrupted\n", done.stderr


@pytest.mark.parametrize("end", ["", "sys.exit(0)", "threading.Thread(target=lambda: engine.look('x'), daemon=True).start()",
                                 "loop = engine._pump._loop; engine = None; import gc; gc.collect()"])
def test_the_interpreter_may_exit_with_runs_open(end: str) -> None:
    done = python(f"""
async def main():
    global engine
    engine = shipflow.Engine(); engine.add(Forever())
    engine.start(compiled(engine), principal="user:dana")
    await asyncio.sleep(0.05)
asyncio.run(main())
threading.excepthook = lambda a: None
{end}
""")
    assert done.returncode == 0, done.stderr


def test_a_forked_child_is_refused_and_the_parent_goes_on() -> None:
    async def work(engine: shipflow.Engine) -> shipflow.Outcome:
        run = engine.start(compiled(engine, GATED), principal="user:dana")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                engine.look(run)
            except shipflow.Forked:
                code = 0
            engine._owned = None  # frees the memory of the handle only
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        engine.say(run, "approve", principal="user:quinn", step="go")
        return await engine.finished(run)

    assert with_engine(work, Toy()).released


def elsewhere(work: Callable[[], Any]) -> Any:
    out: list[Any] = []

    def body() -> None:
        try:
            out.append(work())
        except BaseException as e:
            out.append(e)

    other = threading.Thread(target=body)
    other.start()
    other.join()
    return out[0]


def test_threads_that_may_not_are_told() -> None:
    async def work(engine: shipflow.Engine) -> None:
        run = engine.start(compiled(engine, GATED), principal="user:dana")
        assert elsewhere(lambda: engine.look(run))["run"] == run
        assert "in the thread of its event loop" in str(elsewhere(engine.close))
        assert isinstance(elsewhere(lambda: engine.events(run)), RuntimeError)
        assert "another event loop" in str(elsewhere(lambda: asyncio.run(engine.outcome(run))))
        assert engine.look(run)["run"] == run

    with_engine(work, Toy())

    async def alone(engine: shipflow.Engine) -> None:
        assert "one thread only" in str(elsewhere(lambda: engine.look("x")))

    with_engine(alone, Toy(), threads=0)


def test_a_run_is_not_begun_outside_of_a_loop() -> None:
    engine = shipflow.Engine()
    engine.add(Toy())
    with pytest.raises(RuntimeError, match="no running event loop"):
        engine.start(compiled(engine), principal="user:dana")
    assert engine.store.runs() == []
    engine.close()


def test_who_stops_waiting_stops_nothing_else() -> None:
    async def work(engine: shipflow.Engine) -> shipflow.Outcome:
        run = engine.start(compiled(engine, GATED), principal="user:dana")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(engine.finished(run), 0.01)
        engine.say(run, "approve", principal="user:quinn", step="go")
        return await engine.finished(run)

    assert with_engine(work, Toy()).released


def test_an_engine_that_broke_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(engine: shipflow.Engine) -> None:
        run = engine.start(compiled(engine, GATED), principal="user:dana")
        waiter = asyncio.ensure_future(engine.outcome(run))
        events = engine.events()
        await asyncio.sleep(0)
        monkeypatch.setattr(engine._pump, "_take", lambda event: (_ for _ in ()).throw(shipflow.Faulted("out of memory")))
        engine.say(run, "pause", principal="user:dana")
        with pytest.raises(shipflow.Faulted):
            await waiter
        assert "ended" not in [event["event"] async for event in events]  # but the iterator ends

    with_engine(work, Toy())
