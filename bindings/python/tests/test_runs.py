"""Runs from beginning to end, with everything written in Python."""
from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading

import pytest
from conftest import GATED, Toy, compiled

import shipflow


@pytest.mark.parametrize("virtual", [False, True])
def test_a_plan_is_carried_out_by_a_provider_in_python(toy: Toy, virtual: bool) -> None:
    async def main() -> shipflow.Outcome:
        async with shipflow.Engine(virtual_time=virtual) as engine:
            engine.add(toy)
            run = engine.start(compiled(engine), principal="user:dana")
            return await engine.finished(run)

    outcome = asyncio.run(main())
    assert outcome.released
    assert toy.applied == ["open", "greet"]
    assert toy.value == "hello"


def test_what_a_provider_raises_takes_the_run_back_and_is_the_cause(toy: Toy) -> None:
    class Mute(Toy):
        async def apply(self, request: shipflow.Request) -> shipflow.provider.Answer:
            if request.step == "greet":
                raise KeyError("no voice")
            return await super().apply(request)

    mute = Mute()

    async def main() -> None:
        async with shipflow.Engine(virtual_time=True) as engine:
            engine.add(mute)
            await engine.finished(engine.start(compiled(engine), principal="user:dana"))

    with pytest.raises(shipflow.RunFailed) as caught:
        asyncio.run(main())
    assert caught.value.outcome.phase == "rolled_back"
    assert "no voice" in str(caught.value)
    assert isinstance(caught.value.__cause__, KeyError)
    assert mute.value == "shut"


def test_an_approval_is_given_and_a_policy_may_refuse_it(toy: Toy) -> None:
    asked: list[str] = []

    async def policy(vote: dict[str, object]) -> str | None:
        asked.append(str(vote["principal"]))
        return "not on a Friday" if len(asked) == 1 else None

    async def main() -> shipflow.Outcome:
        async with shipflow.Engine(policy=policy) as engine:
            engine.add(toy)
            run = engine.start(compiled(engine, GATED), principal="user:dana")
            events = engine.events(run)
            engine.say(run, "approve", principal="user:quinn", step="go")
            assert "not on a Friday" in json.dumps(await first_signal(events))
            engine.say(run, "approve", principal="user:quinn", step="go")
            return await engine.finished(run)

    async def first_signal(events: shipflow.Events) -> dict[str, object]:
        async for event in events:
            if event["event"] == "fact" and event["fact"]["kind"] == "signal":
                return event
        raise AssertionError("no signal came")

    assert asyncio.run(main()).released
    assert asked == ["user:quinn", "user:quinn"]


def test_a_long_effect_is_started_settled_and_seen_to_its_end(toy: Toy) -> None:
    class Slow(Toy):
        looks = 0

        async def apply(self, request: shipflow.Request) -> shipflow.provider.Answer:
            return shipflow.Started({"job": request.step})

        async def settle(self, request: shipflow.Request) -> shipflow.provider.Answer:
            self.looks += 1
            if self.looks % 3:
                return shipflow.Progress(30, "1 of 3", look_again_ms=60_000)
            self.value = request.inputs["value"]
            return {}

    slow = Slow()

    async def main() -> None:
        async with shipflow.Engine(virtual_time=True) as engine:
            engine.add(slow)
            await engine.finished(engine.start(compiled(engine), principal="user:dana"))

    asyncio.run(main())
    assert slow.looks == 6 and slow.value == "hello"


def test_secrets_come_from_an_async_function_and_stay_out_of_events(toy: Toy) -> None:
    plan = """
shipflow: 1
plan: knocking
components: [door]
steps: [{ id: open, action: toy.set, with: { value: open, token: "${TOKEN}" } }]
"""
    seen: list[str] = []

    async def secrets(source: str) -> str:
        await asyncio.sleep(0)
        return "pa55word-" + source

    async def main() -> shipflow.Outcome:
        async with shipflow.Engine(virtual_time=True, secrets=secrets) as engine:
            engine.add(toy)
            run = engine.start(compiled(engine, plan), principal="user:dana")

            events = engine.events(run)
            outcome = await engine.finished(run)
            seen.extend([json.dumps(event) async for event in events])
            assert "pa55word" not in json.dumps(engine.store.facts(run))
            return outcome

    assert asyncio.run(main()).released
    assert toy.seen[0].inputs["token"] == "pa55word-env:TEST_TOKEN"
    assert seen and not any("pa55word" in line for line in seen)
    assert "pa55word" not in repr(toy.seen[0])


def test_probes_and_metrics_of_the_host_guard_a_release(toy: Toy) -> None:
    plan = """
shipflow: 1
plan: guarded
components: [door]
steps:
  - { id: open, action: toy.set, with: { value: open }, guard: { abort: [errors] } }
  - { id: bake, needs: [open], wait: 10m }
"""
    places = """
shipflow: 1
environments:
  here:
    url: http://localhost
    bind: { door: { provider: toy } }
    metrics: { failures: { source: shop, value: failures } }
    triggers: { errors: { alert: "failures > 5", severity: SEV1 } }
"""

    async def read(request: dict[str, object]) -> list[float | None]:
        return [9.0 if toy.value == "open" else 0.0]

    async def main() -> shipflow.Outcome:
        async with shipflow.Engine(virtual_time=True) as engine:
            engine.add(toy)
            engine.add_metrics("shop", read, kind="gauge")
            plan_ = engine.compile(shipflow.Document.parse(plan), shipflow.Document.parse(places), "here", version="1.0.0", variables={})
            return await engine.outcome(engine.start(plan_, principal="user:dana"))

    outcome = asyncio.run(main())
    assert outcome.phase == "rolled_back" and "failures > 5" in outcome.reason
    assert toy.value == "shut"


TOLD = """
shipflow: 1
plan: told
components: [door]
steps: [{ id: open, action: toy.set, with: { value: open } }]
notify: [{ at: [started, released], to: room, text: "${release.version} ${moment.moment}" }]
"""
ROOM = """
shipflow: 1
environments:
  here: { url: http://localhost, bind: { door: { provider: toy } }, channels: { room: { host: chat, with: { room: 7 } } } }
"""


def test_a_notifier_in_python_is_told_once_more_after_it_failed(toy: Toy) -> None:
    seen: list[dict[str, object]] = []

    async def tell(message: dict[str, object]) -> shipflow.Told | None:
        seen.append(message)
        if len(seen) == 1:
            raise ConnectionError("no chat")
        return shipflow.Told(False, "no such room") if message["moment"] == "released" else None

    async def main() -> list[dict[str, object]]:
        async with shipflow.Engine(virtual_time=True) as engine:
            engine.add(toy)
            engine.add_notifier("chat", tell)
            with pytest.raises(shipflow.AlreadyExists):
                engine.add_notifier("chat", tell)
            events = engine.events()
            plan = engine.compile(shipflow.Document.parse(TOLD), shipflow.Document.parse(ROOM), "here", version="1.0.0", variables={})
            run = engine.start(plan, principal="user:dana")
            await engine.finished(run)
            told: list[dict[str, object]] = []
            async for event in events:
                if event["event"] == "message":
                    told.append(event)
                if len(told) == 3:
                    break
            assert await engine.told()
            return told

    told = asyncio.run(main())
    assert [m["text"] for m in seen] == ["1.0.0 started", "1.0.0 started", "1.0.0 released"]
    assert seen[0]["id"] == seen[1]["id"] and seen[0]["spec"] == {"room": 7}
    assert [(t["status"], t.get("why", "")) for t in told] == [
        ("waiting", "ConnectionError: no chat"), ("delivered", ""), ("given_up", "no such room")]


def test_a_run_survives_its_process(tmp_path: object) -> None:
    script = f"""
import asyncio, os, sys
sys.path[:0] = {[os.path.dirname(__file__), *sys.path]!r}
import shipflow
from conftest import Toy, compiled

class Dies(Toy):
    # A call that was lost is made again only when it can no longer arrive.
    actions = [{{**Toy.actions[0], "call_timeout_ms": 3000}}]
    async def apply(self, request):
        if request.step == "greet" and sys.argv[2] == "die": os.kill(os.getpid(), 9)
        return await super().apply(request)
    async def resolve(self, request): return shipflow.NotApplied()

async def main():
    async with shipflow.Engine(shipflow.Store(sys.argv[1])) as engine:
        toy = Dies(); engine.add(toy)
        if sys.argv[2] == "die":
            run = engine.start(compiled(engine), principal="user:dana")
        else:
            assert engine.resume() == 1
            run = engine.store.runs()[0]["id"]
        print(await engine.finished(run), toy.applied)

asyncio.run(main())
"""
    store = os.path.join(str(tmp_path), "runs.db")
    first = subprocess.run([sys.executable, "-c", script, store, "die"], capture_output=True, text=True)
    assert first.returncode == -9, first.stderr
    second = subprocess.run([sys.executable, "-c", script, store, "go on"], capture_output=True, text=True)
    assert second.returncode == 0, second.stderr
    assert "released" in second.stdout and "['greet']" in second.stdout


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="another collector gives memory back when it likes")
def test_hundreds_of_runs_of_a_day_leave_nothing_behind(toy: Toy) -> None:
    plan = """
shipflow: 1
plan: waiting
components: [door]
steps:
  - { id: open, action: toy.set, with: { value: open } }
  - { id: bake, needs: [open], wait: 24h }
"""

    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    def resident_kb() -> int:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * 4

    async def some(count: int) -> None:
        for _ in range(count):
            async with shipflow.Engine(virtual_time=True) as engine:
                engine.add(Toy())
                await engine.finished(engine.start(compiled(engine, plan), principal="user:dana"))

    asyncio.run(some(50))
    gc.collect()
    before_fds, before_kb = descriptors(), resident_kb()
    asyncio.run(some(300))
    gc.collect()
    assert descriptors() == before_fds
    assert resident_kb() - before_kb < 8 * 1024
    assert threading.active_count() == 1
