"""The suite for authors of providers."""
from __future__ import annotations

import asyncio

import pytest
from conftest import Toy

import shipflow
from shipflow.testing import ContractBroken, check_provider

TRIAL = {"action": "set", "inputs": {"value": "open"}, "patience_ms": 5000}


def test_a_provider_that_keeps_the_contract_passes() -> None:
    toy = Toy()
    report = asyncio.run(check_provider(toy, TRIAL))
    assert report["broken"] == [] and len(report["kept"]) > 5 and toy.value == "shut"


def test_one_that_does_not_undo_is_found() -> None:
    class Forgets(Toy):
        async def undo(self, request: shipflow.Request) -> shipflow.Answer:
            return None

    with pytest.raises(ContractBroken, match="undo with set") as caught:
        asyncio.run(check_provider(Forgets(), TRIAL))
    assert caught.value.report["broken"][0]["rule"] == "undo"


def test_one_that_tells_a_secret_is_found() -> None:
    class Tells(Toy):
        async def observe(self, request: shipflow.Request) -> shipflow.Answer:
            return {"value": self.value, "by": request.inputs["token"]}

    with pytest.raises(ContractBroken, match="secrets"):
        asyncio.run(check_provider(Tells(), {**TRIAL, "inputs": {"value": "open", "token": "pa55"}, "secrets": ["pa55"]}))


def test_readings_say_more_than_numbers_and_a_provider_says_whether_it_is_ready() -> None:
    from shipflow._calls import _reading

    assert _reading(float("nan")) is None and _reading(3) == 3
    assert _reading(shipflow.Reading("value", 2, buckets=[(1, 2), (None, 3)]))["buckets"] == [(1, 2), (None, 3)]
    assert "number" not in _reading(shipflow.Reading("empty"))
    assert isinstance(asyncio.run(Toy().ready(None)), shipflow.Unknown)  # type: ignore[arg-type]
