"""Plays one scenario of tests/corpus through the Python package; the rules are in the README there."""
from __future__ import annotations

import asyncio
import dataclasses
import json
import select
from collections import Counter
from typing import Any

import shipflow
from shipflow import errors
from shipflow._lib import lib

START_MS = 1_772_532_000_000


def status_name(status: int) -> str:
    return str(lib.shipflow_status_name(status).decode()).replace("SHIPFLOW_", "")


def error_of(name: str, message: str) -> shipflow.Error:
    for kind in errors.CLASSES.values():
        if status_name(kind.status) == name:
            return kind(message)
    raise AssertionError(f"no status {name}")


def key_of(fact: dict[str, Any]) -> str:
    if fact["kind"] == "note":
        return ""
    body = fact.get("body", {})
    word = next((body[k] for k in ("status", "phase", "meaning", "level") if isinstance(body.get(k), str) and body[k]), "")
    name = body.get("name", "")
    return " ".join(part for part in (fact["kind"], fact.get("step", ""), name if isinstance(name, str) else "", word) if part)


class World(shipflow.Provider):
    """A provider of the scenario: what it answers stands in the file."""

    def __init__(self, player: Player, name: str, actions: list[dict[str, Any]]) -> None:
        self.player, self.name, self.actions = player, name, actions

    async def _play(self, request: shipflow.Request) -> shipflow.Answer:
        key = f"{request.verb} {request.step}"
        given = await self.player.called(key, dataclasses.asdict(request), {"kind": "done"})
        return self._answer(given)

    @staticmethod
    def _answer(given: dict[str, Any]) -> shipflow.Answer:
        kind, message, value = given["kind"], given.get("message", ""), given.get("value", {})
        if kind == "done":
            return value  # type: ignore[no-any-return]
        if kind == "started":
            return shipflow.Started(value, given.get("look_again_ms", 1000))
        if kind == "progress":
            return shipflow.Progress(given.get("percent", -1), given.get("text", ""), given.get("look_again_ms", 1000))
        if kind == "not_applied":
            return shipflow.NotApplied()
        if kind == "unknown":
            return shipflow.Unknown(message or "the provider gave no reason", value)
        if kind == "conflict":
            return shipflow.ChangedByOthers(message or "the provider gave no reason", value)
        raise errors.CLASSES.get(given.get("status", 0), shipflow.Failed)(message or "the provider gave no reason")

    apply = observe = settle = resolve = undo = diagnose = ready = _play


class Player:
    def __init__(self, scenario: dict[str, Any]) -> None:
        self.scenario = scenario
        self.script = [dict(entry, turn=False) for entry in scenario.get("script", [])]
        self.store = shipflow.Store()
        self.engines = 0
        self.run = ""
        self.turns: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.held: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.open = 0  # calls that are not held
        self.calls: list[str] = []
        self.bodies = self.written = ""
        self.trouble: list[str] = []

    # ---- the engine ----------------------------------------------------------------------------------

    def boot(self, now_ms: int) -> None:
        host = self.scenario.get("host", {})
        self.engines += 1
        self.engine = shipflow.Engine(self.store, virtual_time=True, start_ms=now_ms, seed=self.engines,
                                      secrets=self.secret if host.get("secrets") else None,
                                      policy=self.policy if host.get("policy") else None)
        for provider in self.scenario.get("providers", []):
            self.engine.add(World(self, provider["name"], provider["actions"]))
        for kind in self.scenario.get("probes", []):
            self.engine.add_probe(kind, self.probe)
        for source in self.scenario.get("metrics", []):
            self.kind = next((a["kind"] for a in self.scenario["world"][f"metrics {source}"] if "kind" in a), "counter")
            self.engine.add_metrics(source, self.metrics, kind=self.kind)
        for kind in self.scenario.get("notifiers", []):
            self.engine.add_notifier(kind, self.message)
        self.events = self.engine.events()
        self.listener = asyncio.create_task(self.listen(self.events))

    def crash(self) -> None:
        now = self.engine.now_ms
        self.engine.close()
        self.boot(now)
        self.engine.resume()

    async def listen(self, events: shipflow.Events) -> None:
        async for event in events:
            self.written += json.dumps(event, separators=(",", ":"))
            if event["event"] == "fact":
                key = key_of(event["fact"])
                if key:
                    self.carry_out("fact " + key)

    # ---- the script ----------------------------------------------------------------------------------

    def carry_out(self, key: str) -> bool:
        self.turns[key] += 1
        mine = [e for e in self.script if e["on"] == key and e.get("nth", 1) == self.turns[key]]
        for entry in mine:
            entry["turn"] = True
            for command in entry["do"]:
                self.obey(command)
        return bool(mine)

    def obey(self, command: dict[str, Any]) -> None:
        if "crash" in command:
            self.crash()
        elif "answer" in command:
            self.held.pop(command["answer"]).set_result(command["with"])
        else:
            said, status = dict(command["say"]), "OK"
            body = said.pop("body", {})
            try:
                self.engine.say(self.run, said.pop("name"), **said, **body)
            except shipflow.Error as e:
                status = status_name(e.status)
            if status != command.get("status", "OK"):
                self.trouble.append(f"said {command['say']}: {status}")

    def next_answer(self, key: str, default: dict[str, Any] | None) -> dict[str, Any]:
        answers = self.scenario.get("world", {}).get(key)
        if answers is None:
            if default is None:
                self.trouble.append(f"the world has no answer for {key}")
            return default or {"drop": True}
        line = [a for a in answers for _ in range(a.get("times", 1))]
        self.answered[key] += 1
        return dict(line[min(self.answered[key], len(line)) - 1])

    # ---- calls -----------------------------------------------------------------------------------------

    async def called(self, key: str, body: Any, default: dict[str, Any] | None = None) -> dict[str, Any]:
        self.calls.append(key)
        self.bodies += json.dumps(body, separators=(",", ":"))
        self.carry_out(key)
        given = self.next_answer(key, default)
        if "hold" in given:
            given = await self.hold(given["hold"])
        if "drop" in given:
            raise asyncio.CancelledError
        if "fail" in given:
            raise error_of(given["fail"], given.get("message", ""))
        return given

    async def hold(self, name: str) -> dict[str, Any]:
        kept = self.held[name] = asyncio.get_running_loop().create_future()
        while not kept.done():
            try:
                await asyncio.shield(kept)
            except asyncio.CancelledError:
                pass  # the answer is no longer wanted, and comes all the same
        return kept.result()

    async def probe(self, request: dict[str, Any]) -> shipflow.Look:
        given = await self.called(f"probe {request['name']}", request, {"outcome": "pass"})
        passed = {"pass": True, "fail": False}.get(given["outcome"])
        return shipflow.Look(passed, given.get("text", ""), given.get("latency_ms", 0), given.get("details", {}))

    async def metrics(self, request: dict[str, Any]) -> list[float | None | shipflow.Reading]:
        given = await self.called(f"metrics {request['source']}", request)
        if "why" in given:
            raise shipflow.Unavailable(given["why"])
        return [shipflow.Reading(**r) if isinstance(r, dict) else r for r in given["readings"]]

    async def message(self, asked: dict[str, Any]) -> shipflow.Told:
        given = await self.called(f"message {asked['moment']}", asked)
        delivered = {"delivered": True, "refused": False}.get(given["outcome"])
        return shipflow.Told(delivered, given.get("why", ""), given.get("not_before_ms", 0))

    async def secret(self, source: str) -> str:
        return str((await self.called(f"secret {source}", source))["value"])

    async def policy(self, vote: dict[str, Any]) -> str | None:
        given = await self.called(f"policy {vote['step']}", vote)
        return None if given["allow"] else given.get("why", "refused by the host's policy")

    # ---- from beginning to end -------------------------------------------------------------------------

    def quiet(self) -> bool:
        """Nothing to be taken, nothing that time alone brings, and every call answered but those that are held."""
        pump = self.engine._pump
        if len(pump.tasks) > sum(not kept.done() for kept in self.held.values()) or self.events._kept:
            return False
        poll = select.poll()
        poll.register(lib.shipflow_engine_fd(self.engine._ptr), select.POLLIN)
        return lib.shipflow_engine_wait_ms(self.engine._ptr) == -1 and not poll.poll(0)

    async def settle(self) -> None:
        calm = 0
        while calm < 5:  # turns of the loop: a task that has just ended may have posted something
            calm = calm + 1 if self.quiet() else 0
            await asyncio.sleep(0)

    async def play(self) -> dict[str, Any]:
        self.boot(START_MS)
        try:
            request, start = self.scenario["request"], self.scenario["start"]
            plan = self.engine.compile(shipflow.Document.parse(json.dumps(self.scenario["plan"]), "plan.json"),
                                       shipflow.Document.parse(json.dumps(self.scenario["environments"]), "environments.json"),
                                       request["environment"], version=request["release"]["version"], release=request["release"],
                                       parameters=request.get("parameters"), variables=request["variables"])
            self.run = self.engine.start(plan, **start)
        except shipflow.Error as e:
            self.engine.close()
            return {"refused": status_name(e.status), "message": str(e)}
        while True:
            await self.settle()
            if not self.carry_out("idle"):
                break
        self.trouble += [f"never came to: {e}" for e in self.script if not e["turn"]]
        state, facts = self.engine.look(self.run), self.store.facts(self.run)
        out = {"refused": "", "phase": state["phase"], "reason": state["reason"], "parked": state["parked"], "calls": self.calls,
               "facts": [key for key in map(key_of, facts) if key], "bodies": self.bodies,
               "written": self.written + json.dumps(facts) + json.dumps(state), "trouble": self.trouble,
               "folded": self.store.look(self.run)["phase"], "audited": self.store.verify(self.run)["facts"]}
        self.engine.close()
        return out
