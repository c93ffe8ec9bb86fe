"""Providers, probes, metric sources, secrets and policies written in Python.

All of them are `async def`: they run in the event loop that the engine belongs to, may take their time, and are
cancelled when their answer is no longer wanted. What they raise fails the call, and is the cause of the error that
`Engine.finished` raises for the run.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Union


@dataclass(frozen=True)
class Request:
    """One call to an action; what the members mean: provider.hpp."""

    verb: str
    provider: str
    action: str
    run: str
    step: str
    environment: str
    component: str
    #: The same for every try of one effect, also after a crash: the idempotency key.
    effect_key: str
    attempt: int
    deadline_ms: int
    timeout_ms: int
    target: dict[str, Any]
    inputs: dict[str, Any] = field(repr=False)
    baseline: Any
    handle: Any

    @classmethod
    def _of(cls, asked: dict[str, Any]) -> Request:
        # A frozen class assigns member by member, which is a tenth of the time of a whole call.
        request = cls.__new__(cls)
        request.__dict__.update(asked)
        return request


@dataclass(frozen=True)
class Started:
    """apply, undo: it is under way; `settle` is asked with the handle."""

    handle: Any
    look_again_ms: int = 200


@dataclass(frozen=True)
class Progress:
    """settle: still under way."""

    percent: int = -1
    text: str = ""
    look_again_ms: int = 1000


@dataclass(frozen=True)
class NotApplied:
    """resolve: it certainly did not happen."""


@dataclass(frozen=True)
class Unknown:
    """It may or may not have happened."""

    why: str
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Conflict:
    """The world is not as observed: somebody else changed it."""

    why: str
    evidence: dict[str, Any] = field(default_factory=dict)


#: A mapping (or None) means done, with these outputs or this baseline.
Answer = Union[dict[str, Any], None, Started, Progress, NotApplied, Unknown, Conflict]


class Provider:
    """A system that can be released to. Set `name` and `actions`, and write at least `apply`."""

    name: str = ""
    #: As in shipflow_engine_add_provider: [{"name", "inputs", "outputs", "resources", "undo", ...}]
    actions: list[dict[str, Any]] = []

    async def apply(self, request: Request) -> Answer:
        """Makes it so."""
        raise NotImplementedError(f"provider {self.name} has no `apply`")

    async def observe(self, request: Request) -> Answer:
        """What is there now: the value that `undo` gets back as `request.baseline`."""
        return {}

    async def settle(self, request: Request) -> Answer:
        """How far is what was started?"""
        raise NotImplementedError(f"provider {self.name} has no `settle`")

    async def resolve(self, request: Request) -> Answer:
        """After a crash: was the intent carried out?"""
        return Unknown("the provider cannot tell")

    async def undo(self, request: Request) -> Answer:
        """Puts the observed value back."""
        raise NotImplementedError(f"provider {self.name} has no `undo`")

    async def ready(self, request: Request) -> Answer:
        """Could `undo` put the baseline back now? For actions with "tells_ready"."""
        return Unknown("the provider cannot tell")

    async def diagnose(self, request: Request) -> Answer:
        """Gathers evidence for a failure."""
        return {}


@dataclass(frozen=True)
class Look:
    """What a probe saw; `passed` None: it could not look, which is no failure."""

    passed: bool | None
    text: str = ""
    latency_ms: int = 0
    details: dict[str, Any] = field(default_factory=dict)


class ProbeFunction(Protocol):
    """Looks at a thing now. `request`: {"kind", "name", "spec", "target", "environment", "component", ...}."""

    async def __call__(self, request: dict[str, Any]) -> Look | bool: ...


@dataclass(frozen=True)
class Reading:
    """One series at one moment, when a number does not say enough."""

    #: "value", "empty" (nothing happened), "missing" or "invalid"
    state: str = "missing"
    number: float = 0.0
    why: str = ""
    #: of a histogram: how many were at most so much; an upper bound of None has none
    buckets: list[tuple[float | None, float]] = field(default_factory=list)
    #: the same series instance by instance
    instances: dict[str, float] = field(default_factory=dict)


class MetricFunction(Protocol):
    """Reads series now, one each in the order of `request["series"]`: a number, None (missing) or a Reading."""

    async def __call__(self, request: dict[str, Any]) -> Sequence[float | None | Reading]: ...


@dataclass(frozen=True)
class Told:
    """What came of a message; `delivered` None: not now, it is tried again, no sooner than in `not_before_ms`. False: never."""

    delivered: bool | None = True
    why: str = ""
    not_before_ms: int = 0


class NotifyFunction(Protocol):
    """Carries a message to a channel: {"id", "moment", "run", "channel", "at", "text", "pieces", "values", "spec", "attempt", ...}.
    The same id may come again. None: delivered; an exception: it is tried again."""

    async def __call__(self, message: dict[str, Any]) -> Told | None: ...


class SecretFunction(Protocol):
    """The value of a secret from where it is, for example "vault:shop/database"."""

    async def __call__(self, source: str) -> str: ...


class PolicyFunction(Protocol):
    """May this vote count? None: yes; a text: no, and why. `vote`: {"run", "step", "principal", "groups", "name", ...}."""

    async def __call__(self, vote: dict[str, Any]) -> str | None: ...
