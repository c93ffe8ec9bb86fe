"""For those who write providers: does one keep the contract?"""
from __future__ import annotations

from typing import Any

from .engine import Engine
from .provider import Provider


class ContractBroken(AssertionError):
    """A provider breaks rules of the contract; `report` has all of them."""

    def __init__(self, report: dict[str, Any]) -> None:
        lines = [f"{b['rule']} with {b['action']}: {b['what']}" for b in report["broken"]]
        super().__init__(f"provider {report['provider']} breaks the contract: " + "; ".join(lines))
        self.report = report


async def check_provider(provider: Provider, *trials: dict[str, Any]) -> dict[str, Any]:
    """Plays each trial several times: every call is answered, observing changes nothing, an effect may be repeated, undo
    puts back what was observed, no answer holds a secret, and more (the rules: provider_suite.hpp). The target is really
    changed, and put back where it can be.

        await check_provider(Door(), {"action": "set", "inputs": {"to": "open"}})

    A trial: {"action", "target"?, "inputs"?, "secrets"?: [text that no answer may hold], "patience_ms"?: 30000}; it must
    succeed from the state the target is in. Returns the report {"provider", "kept", "broken", "skipped"}, or raises
    `ContractBroken`."""
    async with Engine() as engine:
        engine.add(provider)
        report = await engine.check_provider(provider.name, list(trials))
    if report["broken"]:
        raise ContractBroken(report)
    return report
